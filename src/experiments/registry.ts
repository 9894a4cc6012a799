import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import { describeIssue } from '../config/issues.js';
import type { BenchConfig } from '../config/schema.js';
import type { Tree } from '../config/tree.js';
import type { Experiment, ExperimentKind } from '../eval/experiment.js';
import { adversarial } from './adversarial/experiment.js';
import { bias } from './bias.js';
import { failureAnalysis } from './failure-analysis/experiment.js';
import { faithfulness } from './faithfulness.js';
import { layerSweep } from './layer-sweep.js';
import { localization } from './localization/experiment.js';
import { neuronImportance } from './neuron-importance/experiment.js';
import { occlusionCorrelation } from './occlusion-correlation.js';
import { pointing } from './pointing/experiment.js';
import { checkReads, readSettings } from './reads.js';
import { sanity } from './sanity.js';
import { segmentation } from './segmentation/experiment.js';
import { wsol } from './wsol/experiment.js';

/** Every experiment by its name; a new one is one file in src/experiments and one entry here. */
export const experiments: ReadonlyMap<string, ExperimentKind<BenchConfig>> = new Map(
  [
    localization,
    wsol,
    segmentation,
    occlusionCorrelation,
    layerSweep,
    failureAnalysis,
    faithfulness,
    bias,
    adversarial,
    sanity,
    neuronImportance,
    pointing,
  ].map((kind) => [kind.name, kind] as const),
);

function kindOf(name: string): ExperimentKind<BenchConfig> {
  const kind = experiments.get(name);
  if (kind !== undefined) return kind;
  throw new ConfigError(`experiment: unknown name \`${name}\`${hint(name, [...experiments.keys()])}`);
}

/** What is said of an experiment for which maps from files are not enough; undefined of the others. */
function refusalOfMaps({ name, mapsAlone }: ExperimentKind<BenchConfig>): string | undefined {
  if (mapsAlone) return undefined;
  const able = [...experiments.values()].filter((kind) => kind.mapsAlone).map((kind) => kind.name);
  return `the experiment ${name} must run the network itself; maps alone are judged by ${able.join(', ')}`;
}

/** @throws ConfigError where maps from files are not enough for the experiment */
function checkMaps(kind: ExperimentKind<BenchConfig>, { networks }: BenchConfig): void {
  const fromFiles = networks.find(({ maps }) => maps !== undefined);
  const refusal = refusalOfMaps(kind);
  if (fromFiles === undefined || refusal === undefined) return;
  throw new ConfigError(`network \`${fromFiles.name}\` is a folder of maps: ${refusal}`);
}

/** A configuration whose maps alone may be written into files. @throws ConfigError for another experiment, or a segmenter */
export function withMapsAlone(config: BenchConfig): BenchConfig {
  const refusal = refusalOfMaps(kindOf(config.experiment.name));
  if (refusal !== undefined) throw new ConfigError(refusal);
  const { accepts = [] } = experimentOf(withExperiment(config)).needs;
  const named = config.networks.flatMap(({ methods }) => methods).find(({ name }) => accepts.includes(name));
  if (named !== undefined) throw new ConfigError(`${named.name} is no method that has maps; leave it out`);
  return config;
}

/**
 * Checks the `experiment` section, and completes it with its defaults.
 * @throws ConfigError, also for a setting elsewhere that the experiment would ignore
 */
export function withExperiment(config: BenchConfig): BenchConfig {
  const { name, ...options } = config.experiment;
  const kind = kindOf(name);
  const parsed = kind.options.safeParse(options);
  if (parsed.success) {
    checkReads(name, kind.reads, config);
    checkMaps(kind, config);
    return { ...config, experiment: { name, ...parsed.data } };
  }
  throw new ConfigError(
    describeIssue(parsed.error.issues[0]!, { experiment: options as Tree }, ['experiment']),
  );
}

/** The settings that a run of the configuration used: those that its experiment does not read are left out. */
export function usedSettings(config: BenchConfig): Readonly<Record<string, unknown>> {
  return readSettings(kindOf(config.experiment.name).reads, config);
}

/** The experiment of a configuration that `withExperiment` completed. @throws ConfigError */
export function experimentOf(config: BenchConfig): Experiment<unknown> {
  const { name, ...options } = config.experiment;
  return kindOf(name).configure(options, config);
}
