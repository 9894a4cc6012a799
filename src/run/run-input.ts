import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import type { Dataset } from '../datasets/dataset.js';
import { openDataset } from '../datasets/registry.js';
import type { Experiment } from '../eval/experiment.js';
import { experimentOf, withExperiment } from '../experiments/registry.js';
import { readPaperTable } from '../report/paper.js';
import { readPublished } from '../report/published.js';
import { withFoundAlphas } from './alphas-file.js';
import { type SettledConfig, settleEngine } from './engine-choice.js';
import { fitToClasses } from './fewer-classes.js';
import { type RunIdentity, runIdentity } from './journal/header.js';
import { checkPlan } from './plan.js';
import type { Shard } from './shard.js';

/** All that a run starts from, on the machine that coordinates it or on one that computes for it. */
export interface RunInput {
  readonly settled: SettledConfig;
  readonly identity: RunIdentity;
  readonly experiment: Experiment<unknown>;
  readonly dataset: Dataset;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  /** Images that are left out, because α was searched on them. */
  readonly heldOut: readonly string[];
  /** Lines for people: what of the configuration had to give way. */
  readonly notes: readonly string[];
}

/**
 * Settles what the configuration leaves open, checks it, and opens the data.
 *
 * @param known the images that are left out, for a configuration in which α was settled already
 * @throws ConfigError, DataError, ModelError: one line
 */
export async function openRun(
  asked: LoadedConfig,
  shard: Shard,
  known?: readonly string[],
): Promise<RunInput> {
  const { loaded: complete, heldOut } = await withFoundAlphas({
    ...asked,
    config: withExperiment(asked.config),
  });
  const engine = await settleEngine(complete);
  const { config: wanted } = engine.loaded;
  const published = await readPublished(wanted.experiment.name);
  await checkPlan(wanted, [await readPaperTable(), published], experimentOf(wanted).needs.accepts);
  const dataset = await openDataset(wanted.dataset);
  const { config, notes } = await fitToClasses(wanted, dataset.classes);
  const loaded = { ...engine.loaded, config };
  const settled = { ...engine, loaded };
  const experiment = experimentOf(config);
  const left = new Set(known ?? heldOut);
  const evaluated = dataset.ids.filter((id) => !left.has(id));
  if (evaluated.length === 0)
    throw new ConfigError('every image of the data set is held out for the search of α');
  const ids = evaluated.slice(0, config.dataset.limit);
  const identity = await runIdentity(loaded, dataset, ids, shard, dataset.ids.length - evaluated.length);
  return { settled, identity, experiment, dataset, ids, heldOut: [...left], notes };
}
