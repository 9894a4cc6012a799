import { basename } from 'node:path';
import { ConfigError } from '../base/errors.js';
import { type Branch, isBranch, merge, type Path, type Tree } from './tree.js';

/** A network as gathered from the document, and where its model stands there. */
interface GatheredNetwork {
  readonly value: Branch;
  readonly modelPath: Path;
  /** Its maps are in files: the document's model and methods are not its own. */
  readonly isMaps?: boolean;
}

/** The name that the document gives, or the model's, or that of its file. */
function nameOf(name: Tree, model: Tree): Tree {
  if (name !== undefined) return name;
  if (!isBranch(model)) return undefined;
  if (model.name !== undefined) return model.name;
  return typeof model.onnx === 'string' ? basename(model.onnx, '.onnx') : undefined;
}

/** Splits the methods that bring a model of their own from those that use the network's. */
function gather(name: Tree, model: Tree, methods: readonly Tree[], modelPath: Path): GatheredNetwork[] {
  const own: Tree[] = [];
  const others = new Map<string, { model: Tree; methods: Tree[]; path: Path }>();
  methods.forEach((entry, index) => {
    const { model: override, ...method } = isBranch(entry) ? entry : { name: entry };
    if (override === undefined) {
      own.push(method);
      return;
    }
    // A method's own network shares the preprocessing, but neither the layer nor the paper's row.
    const { layer: _layer, paper: _paper, name: _name, ...base } = isBranch(model) ? model : {};
    const key = JSON.stringify(override);
    const group = others.get(key) ?? {
      model: merge(base, override),
      methods: [],
      path: [...modelPath.slice(0, -1), 'methods', index, 'model'],
    };
    group.methods.push(method);
    others.set(key, group);
  });
  const first = own.length === 0 ? [] : [{ name, model, methods: own, path: modelPath }];
  const rest = [...others.values()].map((group) => ({ name: undefined, ...group }));
  return [...first, ...rest].map((entry) => ({
    value: { name: nameOf(entry.name, entry.model), model: entry.model ?? {}, methods: entry.methods },
    modelPath: entry.path,
  }));
}

/** All networks of a document, in its order: `networks`, over the defaults that `model` and `methods` give. */
export function gatherNetworks(document: Branch): GatheredNetwork[] {
  const common = document.methods;
  const listed = document.networks;
  const entries = Array.isArray(listed)
    ? listed.map((entry, index) => ({
        maps: isBranch(entry) && entry.maps !== undefined ? entry : undefined,
        name: isBranch(entry) ? entry.name : undefined,
        model: merge(document.model, isBranch(entry) ? entry.model : undefined),
        methods: isBranch(entry) && entry.methods !== undefined ? entry.methods : common,
        path: ['networks', index, 'model'] as Path,
        where: `networks.${index}.methods`,
      }))
    : [
        {
          maps: undefined,
          name: undefined,
          model: document.model,
          methods: common,
          path: ['model'] as Path,
          where: 'methods',
        },
      ];
  return entries.flatMap(({ maps, name, model, methods, path, where }): GatheredNetwork[] => {
    if (maps !== undefined) return [{ value: maps, modelPath: path, isMaps: true }];
    if (!Array.isArray(methods)) throw new ConfigError(`${where} is missing: expected a list of methods`);
    return gather(name, model, methods, path);
  });
}
