import { BenchError, ConfigError, messageOf } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import type { ClassInfo } from '../base/sample.js';
import { loadConfig, parseInput } from '../config/load.js';
import { localizationSchema } from '../config/localization.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import { openDataset } from '../datasets/registry.js';
import type { ScoreKind } from '../graph/scores/score.js';
import type { InputSpec } from '../images/preprocess.js';
import { foundAlphas } from '../run/alphas-file.js';
import { inputSpec } from '../run/input-spec.js';
import { readLabels } from '../run/labels.js';
import { inFlags, numberList } from './arguments.js';

/** Where a network and its preprocessing come from: a configuration, or the command line. */
export interface ExplainSource {
  readonly model: string;
  readonly input: InputSpec;
  /** One for each name asked for: as the configuration has it, layer and box rule included. */
  readonly methods: NetworkConfig['methods'];
  readonly labels: readonly ClassInfo[] | undefined;
  /** Who gives the class names, for messages. */
  readonly labelsFrom: string | undefined;
  readonly background: boolean;
  readonly localization: LocalizationConfig;
  readonly layer: string | undefined;
  readonly output: string | undefined;
  readonly score: ScoreKind | undefined;
  readonly engine: string | undefined;
  readonly provider: string | undefined;
  readonly threads: number | undefined;
}

export interface SourceFlags {
  readonly output: string | undefined;
  readonly score: ScoreKind | undefined;
  readonly labels: string | undefined;
  readonly size: readonly [number, number] | undefined;
  readonly resize: string | undefined;
  readonly color: string | undefined;
  readonly mean: string | undefined;
  readonly std: string | undefined;
  readonly scale: string | undefined;
  readonly set: readonly string[];
}

const FRACTION = /^[\d.]+\s*\/\s*[\d.]+$/;

function channels(text: string): unknown {
  const parts = numberList(text);
  // What is no list is shown as it was written.
  if (!parts.every((part) => typeof part === 'number' || FRACTION.test(part))) return text;
  return parts.length === 1 ? parts[0] : parts;
}

function inputFlags({ size, resize, color, mean, std, scale }: SourceFlags): Record<string, unknown> {
  const given = {
    size: size && [...size],
    resize,
    color,
    mean: mean && channels(mean),
    std: std && channels(std),
    scale: scale && channels(scale),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The input that flags describe. @throws ConfigError in the words of the command line */
function parsedFlags(flags: SourceFlags): Promise<InputSpec> {
  return inFlags(() => inputSpec(parseInput(inputFlags(flags))));
}

/** @throws ConfigError when a flag's value is none */
export async function fromFlags(
  model: string,
  methods: readonly string[],
  flags: SourceFlags,
): Promise<ExplainSource> {
  return {
    model,
    input: await parsedFlags(flags),
    methods: methods.map((name) => ({ name })),
    labels: flags.labels === undefined ? undefined : await readLabels(flags.labels),
    labelsFrom: flags.labels,
    background: false,
    localization: localizationSchema.parse({}),
    layer: undefined,
    output: flags.output,
    score: flags.score,
    engine: undefined,
    provider: undefined,
    threads: undefined,
  };
}

function choose(networks: readonly NetworkConfig[], wanted: string | undefined, path: string): NetworkConfig {
  const names = networks.map(({ name }) => name);
  if (wanted === undefined) {
    if (networks.length === 1) return networks[0]!;
    throw new ConfigError(`${path} holds several networks: add :NAME, one of ${names.join(', ')}`);
  }
  const found = networks.find(({ name }) => name === wanted);
  if (found === undefined) throw new ConfigError(`${path}: no network \`${wanted}\`${hint(wanted, names)}`);
  return found;
}

/**
 * A network of a configuration. The data set only gives the class names: without it, numbers stand in for them.
 * @param reference CONFIG or CONFIG:NETWORK
 * @param names of methods; of one that the network has several times, the first counts
 */
export async function fromConfig(
  reference: string,
  names: readonly string[],
  flags: SourceFlags,
): Promise<ExplainSource> {
  const [, path, wanted] = /^(.*\.ya?ml)(?::(.*))?$/.exec(reference) ?? [undefined, reference, undefined];
  const loaded = await loadConfig(path!, { set: flags.set, optional: ['dataset', 'networks', 'model'] });
  const { config } = loaded;
  const network = choose(config.networks, wanted, path!);
  const { name, model } = network;
  const open = /\$\{([^}]*)\}/.exec(model.onnx)?.[1];
  if (open !== undefined) {
    const purpose = config.variables[open]?.trim() ?? 'the path of the model';
    throw new ConfigError(`${path}: network \`${name}\`: ${open} is not set; it should hold ${purpose}`);
  }
  const methods = names.map(
    (method) => network.methods.find((own) => own.name === method) ?? { name: method },
  );
  const { networks } = await foundAlphas({ ...config, networks: [{ ...network, methods }] });
  const labels = flags.labels === undefined ? await labelsOf(config.dataset) : await readLabels(flags.labels);
  return {
    model: model.onnx,
    input: { ...inputSpec(model.input), ...(await inputOverride(flags)) },
    methods: networks[0]!.methods,
    labels,
    labelsFrom: flags.labels ?? `the data set of ${path}`,
    background: model.background,
    localization: config.localization,
    layer: model.layer,
    output: flags.output ?? model.output,
    score: flags.score ?? model.score,
    engine: config.engine,
    provider: config.provider,
    threads: config.threads,
  };
}

/** Flags win over the configuration, each for its own key. */
async function inputOverride(flags: SourceFlags): Promise<Partial<InputSpec>> {
  const given = inputFlags(flags);
  const parsed = await parsedFlags(flags);
  const names = Object.keys(given).flatMap((key) => (key === 'size' ? ['height', 'width'] : [key]));
  return Object.fromEntries(names.map((key) => [key, parsed[key as keyof InputSpec]]));
}

async function labelsOf(
  dataset: Parameters<typeof openDataset>[0],
): Promise<readonly ClassInfo[] | undefined> {
  try {
    return (await openDataset(dataset)).classes;
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    console.error(`note: no class names, their numbers stand in (${messageOf(error)}); --labels gives them`);
    return undefined;
  }
}
