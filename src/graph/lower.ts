import { ModelError } from '../base/errors.js';
import { type Constant, describe, type Graph, type Node } from '../onnx/graph.js';
import { withoutFlatGathers } from './operators/flat-gather.js';
import { operatorOf } from './operators/table.js';
import type { Probed } from './probe.js';
import { RepeatedRows } from './repeated-rows.js';
import type { ValueType } from './value-type.js';

/** The opset that every graph is brought to: the newest in which reductions still take their axes as attributes. */
export const LOWERED_OPSET = 17;

export interface Lowered {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** The model's names (of values, and of nodes for their first output) → the name here. */
  readonly names: ReadonlyMap<string, string>;
  readonly outputs: readonly string[];
  /** The given types, and those of values that lowering made. */
  readonly types: ReadonlyMap<string, ValueType>;
}

/**
 * Brings a graph to the opset and the few operator forms that the backward rules know: explicit pads, constants
 * as inputs, one kind of reshape; removes what only passes its input on and what was computed at compile time.
 */
export function lower(graph: Graph, { infos, types, rows }: Probed): Lowered {
  const nodes: Node[] = [];
  const constants = new Map<string, Constant>();
  const allTypes = new Map(types);
  const taken = new Set<string>();
  const names = new Map<string, string>(graph.inputs.map(({ name }) => [name, name]));
  const resolve = (name: string) => names.get(name) ?? name;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  // A row that is repeated for each image is no constant: what is known of it holds for one batch size.
  const infoOf = (name: string) => {
    const info = infos.get(name);
    return info !== undefined && rows.has(name) ? { dtype: info.dtype, shape: info.shape } : info;
  };
  const known = (name: string) => (types.get(name)?.batched === false ? infos.get(name)?.known : undefined);

  const repeated = new RepeatedRows(graph.inputs[0]!, { nodes, constants, types: allTypes });

  for (const node of withoutFlatGathers(graph, infos).nodes) {
    if (node.outputs.every((output) => output === '' || infos.get(output)?.known !== undefined)) continue;
    let serial = 0;
    const constant = (hint: string, value: Constant) => {
      const name = `${node.outputs[0]}/${hint}${serial++ || ''}`;
      constants.set(name, value);
      return name;
    };
    const emit = (change: Partial<Node>) => {
      const emitted = { ...node, ...change };
      const inputs = emitted.inputs.map(resolve);
      for (const input of inputs) {
        if (infos.get(input)?.known !== undefined && !types.has(input)) {
          throw new ModelError(
            `${describe(node)}: its input \`${input}\` depends on the batch size; export the model for batches of any size`,
          );
        }
        const row = rows.get(input);
        if (row !== undefined) repeated.add(input, row);
        const value = known(input);
        if (value !== undefined && !constants.has(input)) constants.set(input, value);
      }
      // onnxruntime wants every node's name to be its own, exporters do not care.
      let name = node.name === '' ? emitted.outputs[0]! : node.name;
      while (taken.has(name)) name += '_';
      taken.add(name);
      nodes.push({ ...emitted, name, inputs });
    };
    const type = (name: string) => typeIn(types, node, name);
    const intermediate = (own?: ValueType) => {
      const name = `${node.outputs[0]}/before${serial++ || ''}`;
      allTypes.set(name, own ?? type(node.outputs[0]!));
      return name;
    };
    const alias = () => void names.set(node.outputs[0]!, resolve(node.inputs[0]!));
    for (const output of node.outputs) if (output !== '') names.set(output, output);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : infoOf(name)));
    const written = operatorOf(node)?.lower ?? (({ emit: keep }) => keep({}));
    written({
      node,
      inputs,
      opset: graph.opset,
      type,
      maker: (name) => makers.get(name),
      constant,
      emit,
      intermediate,
      alias,
    });
  }
  for (const node of graph.nodes) {
    const value = names.get(node.outputs[0] ?? '');
    if (node.name !== '' && value !== undefined && !names.has(node.name)) names.set(node.name, value);
  }
  return {
    nodes,
    constants,
    names,
    types: allTypes,
    outputs: graph.outputs.map(({ name }) => resolve(name)),
  };
}

function typeIn(types: ReadonlyMap<string, ValueType>, node: Node, name: string): ValueType {
  const type = types.get(name);
  if (type === undefined) {
    throw new ModelError(
      `${describe(node)}: the batch is not the first axis of \`${name}\`; export the model so that it stays there`,
    );
  }
  return type;
}
