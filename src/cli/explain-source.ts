import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError, ConfigError, messageOf } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import type { ClassInfo } from '../base/sample.js';
import { cardClasses, readLabels } from '../cards/class-names.js';
import { cardedInput, overridden, refuseUnsaid } from '../cards/expected.js';
import { type FoundCard, factsOf } from '../cards/find.js';
import type { LayeredInput } from '../cards/layered.js';
import { loadConfig } from '../config/load.js';
import { localizationSchema } from '../config/localization.js';
import { modelFile } from '../config/model-file.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import { openDataset } from '../datasets/registry.js';
import { resolveModel } from '../fetch/resolve.js';
import type { ScoreKind } from '../graph/scores/score.js';
import type { InputSpec } from '../images/preprocess.js';
import { foundAlphas } from '../run/alphas-file.js';
import { type InputFlags, saidByFlags, specOf } from './input-flags.js';

/** Where a network and its preprocessing come from: a configuration, or the command line. */
export interface ExplainSource {
  readonly model: string;
  readonly input: InputSpec;
  /** Who says which part of the input. */
  readonly inputFrom: LayeredInput;
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

export interface SourceFlags extends InputFlags {
  readonly output: string | undefined;
  readonly score: ScoreKind | undefined;
  readonly labels: string | undefined;
  readonly set: readonly string[];
}

/** The network that comes along, by its path from where the command runs or else by its whole one. */
export function shippedModel(): string {
  const path = fileURLToPath(new URL('../../models/squeezenet1.1.onnx', import.meta.url));
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

interface Labels {
  readonly labels: readonly ClassInfo[] | undefined;
  readonly labelsFrom: string | undefined;
}

/** Class names of a file that is named, else of the card. */
async function labelsFor(file: string | undefined, card: FoundCard | undefined): Promise<Labels> {
  if (file !== undefined) return { labels: await readLabels(file), labelsFrom: file };
  if (card === undefined) return { labels: undefined, labelsFrom: undefined };
  return { labels: await cardClasses(card), labelsFrom: card.from };
}

/**
 * A network by its path, or a fetched one by its name, with its card under the flags.
 * @throws ConfigError when a flag's value is none, and where the network's preprocessing is not known
 */
export async function fromFlags(
  name: string,
  methods: readonly string[],
  flags: SourceFlags,
): Promise<ExplainSource> {
  const said = await saidByFlags(flags);
  const model = resolveModel(name);
  const facts = factsOf(name, model);
  const names = await labelsFor(flags.labels, facts.card);
  const inputFrom = overridden(cardedInput(facts), model, [said]);
  refuseUnsaid(name, facts, inputFrom);
  const card = facts.card?.card ?? {};
  return {
    model,
    input: await specOf(inputFrom),
    inputFrom,
    methods: methods.map((method) => ({ name: method })),
    ...names,
    background: card.background ?? false,
    localization: localizationSchema.parse({}),
    layer: card.layer,
    output: flags.output ?? card.output,
    score: flags.score ?? card.score,
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
 * A network of a configuration. The data set only gives the class names: without it, those of the card, or numbers.
 * @param reference CONFIG or CONFIG:NETWORK
 * @param names of methods; of one that the network has several times, the first counts
 */
export async function fromConfig(
  reference: string,
  names: readonly string[],
  flags: SourceFlags,
): Promise<ExplainSource> {
  const [, path, wanted] = /^(.*\.ya?ml)(?::(.*))?$/.exec(reference) ?? [undefined, reference, undefined];
  const said = await saidByFlags(flags);
  const optional = ['dataset', 'networks', 'model'];
  const loaded = await loadConfig(path!, { set: flags.set, optional, openInput: true });
  const { config } = loaded;
  const network = choose(config.networks, wanted, path!);
  const { name, model } = network;
  const onnx = modelFile(network);
  const open = /\$\{([^}]*)\}/.exec(onnx)?.[1];
  if (open !== undefined) {
    const purpose = config.variables[open]?.trim() ?? 'the path of the model';
    throw new ConfigError(`${path}: network \`${name}\`: ${open} is not set; it should hold ${purpose}`);
  }
  const methods = names.map(
    (method) => network.methods.find((own) => own.name === method) ?? { name: method },
  );
  const { networks } = await foundAlphas({ ...config, networks: [{ ...network, methods }] });
  const { facts, input: written } = loaded.carded[config.networks.indexOf(network)]!;
  const inputFrom = overridden(written, onnx, [said]);
  refuseUnsaid(onnx, facts, inputFrom);
  return {
    model: onnx,
    input: await specOf(inputFrom),
    inputFrom,
    methods: networks[0]!.methods,
    ...(await labelsOf(config.dataset, path!, flags.labels, facts.card)),
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

async function labelsOf(
  dataset: Parameters<typeof openDataset>[0],
  path: string,
  file: string | undefined,
  card: FoundCard | undefined,
): Promise<Labels> {
  if (file !== undefined) return labelsFor(file, undefined);
  try {
    return { labels: (await openDataset(dataset)).classes, labelsFrom: `the data set of ${path}` };
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    const own = await labelsFor(undefined, card);
    if (own.labels === undefined)
      console.error(
        `note: no class names, their numbers stand in (${messageOf(error)}); --labels gives them`,
      );
    return own;
  }
}
