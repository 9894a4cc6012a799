import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import type { Dataset } from '../datasets/dataset.js';
import { openDataset } from '../datasets/registry.js';
import type { Experiment } from '../eval/experiment.js';
import { experimentOf, withExperiment } from '../experiments/registry.js';
import { readPaperTable } from '../report/paper.js';
import { readPublished } from '../report/published.js';
import { foundAlphas } from './alphas-file.js';
import { chosenEngine } from './engine-choice.js';
import { fitToClasses } from './fewer-classes.js';
import { type RunIdentity, runIdentity } from './journal/header.js';
import { checkPlan } from './plan.js';
import type { Shard } from './shard.js';
import { truthNotes } from './truth-needs.js';

/** A configuration that leaves nothing open, and its data. */
export interface OpenedData {
  readonly loaded: LoadedConfig;
  /** Why each better engine was passed over. */
  readonly passedOver: readonly string[];
  readonly dataset: Dataset;
}

/** All that a run starts from, on the machine that coordinates it or on one that computes for it. */
export interface RunInput extends OpenedData {
  readonly identity: RunIdentity;
  readonly experiment: Experiment<unknown>;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  /** Images that are left out, because α was searched on them. */
  readonly heldOut: readonly string[];
  /** Lines for people: what of the configuration had to give way. */
  readonly notes: readonly string[];
}

/**
 * Chooses a configuration's engine, checks what can be checked beforehand, and opens the data.
 * @param complete with the defaults of its experiment
 * @throws ConfigError, DataError, EngineError: one line
 */
export async function openData(complete: LoadedConfig): Promise<OpenedData> {
  const { engine, provider, ...rest } = complete.config;
  const runs = complete.config.networks.some(({ maps }) => maps === undefined);
  const { passedOver, ...choice } = runs ? await chosenEngine(engine, provider) : { engine, passedOver: [] };
  const config = { ...rest, ...choice };
  const published = await readPublished(config.experiment.name);
  await checkPlan(config, [await readPaperTable(), published], experimentOf(config).needs.accepts);
  return { loaded: { ...complete, config }, passedOver, dataset: await openDataset(config.dataset) };
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
  const checked = withExperiment(own.config);
  const { networks, heldOut: searched } = await foundAlphas(checked);
  const { alphas: _alphas, ...localization } = checked.localization;
  const complete = { ...own, config: { ...checked, localization, networks } };
  const { loaded: opened, passedOver, dataset } = await openData(complete);
  const guesses = { experiment: opened.config.experiment, top: localization.top };
  const { experiment, top, notes } = await fitToClasses(networks, guesses, dataset.classes);
  const config = { ...opened.config, experiment, localization: { ...localization, top: [...top] } };
  const measured = experimentOf(config);
  const who = `the experiment ${experiment.name}`;
  const lacking = truthNotes(who, measured.needs, dataset);
  const loaded = { ...opened, config };
  const heldOut = new Set(leftOut ?? searched);
  const evaluated = dataset.ids.filter((id) => !heldOut.has(id));
  if (evaluated.length === 0)
    throw new ConfigError('every image of the data set is held out for the search of α');
  const ids = evaluated.slice(0, config.dataset.limit);
  const identity = await runIdentity(loaded, dataset, ids, shard, dataset.ids.length - evaluated.length);
  return {
    loaded,
    passedOver,
    identity,
    dataset,
    ids,
    heldOut: [...heldOut],
    notes: [...(dataset.notes ?? []), ...lacking, ...notes],
    experiment: measured,
  };
}
