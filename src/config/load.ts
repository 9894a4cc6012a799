import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { ConfigError, codeOf, messageOf } from '../base/errors.js';
import { refuseDevice } from '../base/read-file.js';
import { IMAGENET_CLASSES } from '../cards/class-names.js';
import { IMAGENET } from '../cards/schema.js';
import { isPublishedName, resolveModel } from '../fetch/resolve.js';
import { type CardedNetwork, NO_CARD, withCard } from './carded.js';
import { describeIssue } from './issues.js';
import { withMapsCard } from './maps.js';
import { inputSchema } from './model.js';
import { gatherNetworks } from './networks.js';
import { type BenchConfig, configSchema, fileSchema, type InputConfig } from './schema.js';
import { applySet } from './set.js';
import { settleBoxes } from './settle-boxes.js';
import { type Branch, isBranch, type Path, type Tree } from './tree.js';
import { expandVariables } from './variables.js';
import { readYaml } from './yaml.js';

export interface LoadOptions {
  /** Assignments `a.b=c`, applied in order before anything is checked. */
  readonly set?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Top-level sections whose missing variables are no error: for commands that do without them. */
  readonly optional?: readonly string[];
  /** The command line may still say what a network's input is: saying nothing here is no error. */
  readonly openInput?: boolean;
}

function refuseTwins(config: BenchConfig): void {
  const names = config.networks.map((network) => network.name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new ConfigError(`two networks are named \`${twin}\`; give each its own name`);
  for (const network of config.networks) {
    const methods = network.methods.map(
      ({ name, layer, contrast, box }) =>
        `${name}${layer ? ` at ${layer}` : ''}${contrast ? ` with contrast at ${contrast}` : ''}${box ? ` with box ${JSON.stringify(box)}` : ''}`,
    );
    const again = methods.find((name, index) => methods.indexOf(name) !== index);
    if (again !== undefined) {
      throw new ConfigError(`network \`${network.name}\`: the method ${again} is listed twice; remove one`);
    }
  }
}

/**
 * A published model's name gives its file in the cache.
 * @throws ModelError with the command that fetches it, or with the nearest name of a word that is neither
 */
function modelPath(onnx: string, folder: string): string {
  const path = resolve(folder, onnx);
  return !isPublishedName(onnx) && existsSync(path) ? path : resolve(folder, resolveModel(onnx));
}

/** The word that a card has for ImageNet's classes stands for the list that comes with this program. */
const classesPath = (classes: string, folder: string) =>
  classes === IMAGENET ? IMAGENET_CLASSES : resolve(folder, classes);

/** Relative paths count from the folder of the configuration; `dataset.images` from the data set's root. */
function resolvePaths(config: BenchConfig, folder: string): BenchConfig {
  const { dataset, localization } = config;
  const root = resolve(folder, dataset.root);
  return {
    ...config,
    ...(config.output === undefined ? {} : { output: resolve(folder, config.output) }),
    ...(localization.alphas === undefined
      ? {}
      : { localization: { ...localization, alphas: resolve(folder, localization.alphas) } }),
    dataset: {
      ...dataset,
      root,
      ...(dataset.images === undefined ? {} : { images: resolve(root, dataset.images) }),
      ...(dataset.classes === undefined ? {} : { classes: classesPath(dataset.classes, folder) }),
    },
    networks: config.networks.map((network) => ({
      ...network,
      ...(network.maps === undefined
        ? {}
        : { maps: { ...network.maps, folder: resolve(folder, network.maps.folder) } }),
      model: {
        ...network.model,
        ...(network.model.onnx === undefined ? {} : { onnx: modelPath(network.model.onnx, folder) }),
        ...(network.model.mapping === undefined ? {} : { mapping: resolve(folder, network.model.mapping) }),
      },
    })),
  };
}

/**
 * Checks a document that YAML made, and completes it with the defaults.
 * @throws ConfigError: one line that names the place in the document, what was expected and what was found
 */
export function parseConfig(document: Tree, folder: string, options: LoadOptions = {}): BenchConfig {
  return completed(document, folder, options).config;
}

/** A configuration, and for each of its networks the card, and who gave which key of the input. */
interface Completed {
  readonly config: BenchConfig;
  readonly carded: readonly CardedNetwork[];
}

function completed(document: Tree, folder: string, options: LoadOptions): Completed {
  const assigned = (options.set ?? []).reduce<Tree>(applySet, document ?? {});
  const expanded = expandVariables(assigned, options.environment ?? process.env, options.optional);
  const written = fileSchema.safeParse(expanded);
  if (!written.success) throw new ConfigError(describeIssue(written.error.issues[0]!, expanded));
  const { model, methods: _methods, networks: _networks, localization, ...rest } = expanded as Branch;
  const gathered = gatherNetworks(expanded as Branch);
  const carded = gathered.map(({ value, isMaps }) =>
    isMaps
      ? { ...NO_CARD, value: withMapsCard(value, model, folder) }
      : withCard(value, folder, options.openInput === true),
  );
  const networks = carded.map(({ value }) => value);
  const complete = { ...rest, ...settleBoxes(localization, networks) };
  const checked = configSchema.safeParse(complete);
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    // Only what is missing can still be wrong; say it where the model stands in the document.
    const [, index, key, ...inner] = issue.path as Path;
    const place = gathered[Number(index)]?.modelPath ?? ['networks', index ?? 0, 'model'];
    const path = key === 'name' ? [...place, 'onnx'] : [...place, ...inner];
    throw new ConfigError(describeIssue({ ...issue, path: [...path] }, expanded));
  }
  refuseTwins(checked.data);
  return { config: resolvePaths(checked.data, folder), carded };
}

/** A `model.input` section of its own, completed with the defaults. @throws ConfigError */
export function parseInput(section: Branch): InputConfig {
  const parsed = inputSchema.safeParse(section);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(describeIssue({ ...issue!, path: ['input', ...issue!.path] }, { input: section }));
  }
  return parsed.data;
}

/** A configuration with the name that its results go by: that of its file. */
export interface LoadedConfig {
  readonly name: string;
  readonly path: string;
  readonly config: BenchConfig;
  /** Of one that was read here: for each network its card, and who gave which key of its input. */
  readonly carded?: readonly CardedNetwork[];
}

/** One that was read here. */
export interface ReadConfig extends LoadedConfig {
  readonly carded: readonly CardedNetwork[];
}

/**
 * A configuration that a command makes of its options.
 * @param folder that relative paths count from
 * @throws ConfigError as `parseConfig`
 */
export function madeConfig(
  name: string,
  document: Tree,
  folder: string,
  options: LoadOptions = {},
): ReadConfig {
  return { name, path: name, ...completed(document, folder, options) };
}

/** Reads a YAML configuration. @throws ConfigError, its message starting with the file */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<ReadConfig> {
  let source: Uint8Array;
  await refuseDevice(path, 'a configuration');
  try {
    source = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      const what =
        code === 'EISDIR' ? 'a folder, not a configuration' : `cannot be read (${messageOf(error)})`;
      throw new ConfigError(`${path}: ${what}`);
    }
    throw new ConfigError(`${path}: no such configuration; \`bench list\` shows the ones that come with it`);
  }
  const tree = readYaml(source, path);
  if (!isBranch(tree))
    throw new ConfigError(`${path}: expected a section of keys, as in configs/quickstart.yaml`);
  try {
    const { config, carded } = completed(tree, dirname(resolve(path)), options);
    return { name: basename(path, extname(path)), path, config, carded };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}
