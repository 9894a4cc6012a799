import type { BenchConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { Experiment, ExplainedImage, JudgedNetwork } from '../eval/experiment.js';
import { pixelScale } from '../images/pixel-scale.js';
import type { Place } from '../lock/place.js';
import type { LoadedImage } from './batches.js';
import { DataGuard } from './data-guard.js';
import { batchExplainer } from './explained.js';
import type { CompiledNetwork } from './explainers.js';
import { inputSpec } from './input-spec.js';
import { type Entry, judgedEntry, type Spent } from './journal/entries.js';
import type { JournalWriter } from './journal/file.js';
import { runNetwork, type Timings } from './network.js';
import type { Work } from './pending.js';
import type { RunReporter } from './reporter.js';
import { RunOverlays } from './run-overlays.js';

/** What all networks of a run share. */
export interface SharedOptions {
  readonly config: BenchConfig;
  readonly experiment: Experiment<unknown>;
  readonly out: string;
  /** Of the folder's holder: where its files are made. */
  readonly place: Place;
  readonly overlays: number;
  readonly reporter: RunReporter;
  readonly dataset: Dataset;
  readonly ids: readonly string[];
  readonly journal: JournalWriter;
  readonly stop?: AbortSignal | undefined;
}

/** What is the same for all batches of a network, whoever runs them. */
export function networkBasis(
  { config, experiment, dataset, ids }: Pick<SharedOptions, 'config' | 'experiment' | 'dataset' | 'ids'>,
  index: number,
  { explainer, mapping }: CompiledNetwork,
) {
  const { name, model } = config.networks[index]!;
  const { classes } = dataset;
  const network: JudgedNetwork = {
    name,
    index,
    outputs: explainer.outputs,
    scale: pixelScale(inputSpec(model.input)),
    classes,
    members: mapping.members,
  };
  const run = {
    explain: batchExplainer(explainer, experiment.needs, mapping, classes.length),
    dataset,
    ids,
    input: inputSpec(model.input),
    keepPixels: experiment.needs.pixels,
  };
  const entryOf = async (position: number, { sample }: LoadedImage, image: ExplainedImage) =>
    judgedEntry(position, sample, await experiment.judge(image, network));
  return { run, network, entryOf };
}

export function spentOf({ wall, network, waited, decode, evaluation }: Timings): Spent {
  const round = (value: number) => Math.round(value * 10) / 10;
  return [round(wall), round(network), round(waited), round(decode), round(evaluation)];
}

/** Runs one network over the images that are left, journals them batch by batch, and writes its pictures. */
export async function oneNetwork(
  shared: SharedOptions,
  index: number,
  work: Work,
  compiled: CompiledNetwork,
): Promise<void> {
  const { config, experiment, journal, reporter, out, place, overlays } = shared;
  const { run, network, entryOf } = networkBasis(shared, index, compiled);
  const pictures =
    overlays > 0
      ? await RunOverlays.open(out, place, network, overlays, config.localization.upsampling, experiment.box)
      : undefined;
  const guard = new DataGuard(config.dataset.root);
  let entries: Entry[] = [];
  reporter.networkStarted(network.name, work.positions.length);
  await runNetwork({
    ...run,
    positions: work.positions,
    batch: config.batch,
    stop: shared.stop,
    onImage: async (position, loaded, image) => {
      guard.sawImage(loaded.sample.imagePath);
      if (!work.known.has(position)) entries.push(await entryOf(position, loaded, image));
      await pictures?.add(loaded.sample.imagePath, image);
    },
    onBroken: () => guard.check(),
    onFailure: (at, failure) => {
      entries.push({ at, id: failure.id, failed: failure.message });
      reporter.failed(failure);
    },
    onBatch: async (done, spent) => {
      await journal.append({ kind: 'batch', network: index, images: entries, spent: spentOf(spent) });
      entries = [];
      reporter.advanced(done);
    },
  });
  reporter.networkFinished();
  if (!shared.stop?.aborted) await pictures?.finish(config.networks[index]!.methods.length);
}
