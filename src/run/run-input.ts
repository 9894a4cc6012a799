import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import { openDataset } from '../datasets/registry.js';
import type { Dataset } from '../datasets/sample.js';
import type { Experiment } from '../eval/experiment.js';
import { experimentOf, withExperiment } from '../experiments/registry.js';
import { readPaperTable } from '../report/paper.js';
import { readPublished } from '../report/published.js';
import { withFoundAlphas } from './alphas-file.js';
import { type ConfigWithEngine, settleEngine } from './engine-choice.js';
import { fitToClasses } from './fewer-classes.js';
import { type RunIdentity, runIdentity } from './journal/header.js';
import { checkPlan } from './plan.js';
import type { Shard } from './shard.js';

/** All that a run starts from, on the machine that coordinates it or on one that computes for it. */
export interface RunInput extends ConfigWithEngine {
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
 * Settles a configuration's engine, checks what can be checked beforehand, and opens the data.
 * @param complete with the defaults of its experiment
 * @throws ConfigError, DataError, EngineError: one line
 */
export async function openData(
  complete: LoadedConfig,
): Promise<ConfigWithEngine & Pick<RunInput, 'dataset'>> {
  const engine = await settleEngine(complete);
  const { config } = engine.loaded;
  await checkPlan(config, [await readPaperTable(), await readPublished(config.experiment.name)]);
  return { ...engine, dataset: await openDataset(config.dataset) };
}

/**
 * Settles what the configuration leaves open, checks it, and opens the data.
 *
 * @param leftOut the images that are left out, for a configuration in which α was settled already
 * @throws ConfigError, DataError, ModelError: one line
 */
export async function openRun(
  own: LoadedConfig,
  shard: Shard,
  leftOut?: readonly string[],
): Promise<RunInput> {
  const complete = await withFoundAlphas({ ...own, config: withExperiment(own.config) });
  const { dataset, passedOver, ...opened } = await openData(complete.loaded);
  const { config, notes } = await fitToClasses(opened.loaded.config, dataset.classes);
  const loaded = { ...opened.loaded, config };
  const heldOut = new Set(leftOut ?? complete.heldOut);
  const evaluated = dataset.ids.filter((id) => !heldOut.has(id));
  if (evaluated.length === 0)
    throw new ConfigError('every image of the data set is held out for the search of α');
  const ids = evaluated.slice(0, config.dataset.limit);
  const identity = await runIdentity(loaded, dataset, ids, shard, dataset.ids.length - evaluated.length);
  const experiment = experimentOf(config);
  return { loaded, passedOver, identity, experiment, dataset, ids, heldOut: [...heldOut], notes };
}
