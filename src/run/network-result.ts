import { join } from 'node:path';
import { DataError, messageOf } from '../base/errors.js';
import type { BenchConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import type { Experiment, ExplainedImage, JudgedNetwork } from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
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
  const input = inputSpec(model.input, explainer.inputShape[0]);
  const network: JudgedNetwork = {
    name,
    index,
    outputs: explainer.outputs,
    scale: pixelScale(input),
    classes,
    members: mapping.members,
    probability: explainer.scored.probability,
  };
  const run = {
    explain: batchExplainer(explainer, experiment.needs, mapping, classes.length),
    dataset,
    ids,
    input,
    keepPixels: experiment.needs.pixels,
  };
  const entryOf = async (at: number, { sample }: LoadedImage, image: ExplainedImage): Promise<Entry> => {
    try {
      return judgedEntry(at, sample, await experiment.judge(image, network));
    } catch (error) {
      // A mask is read only now, and a broken one is this image's failure as a broken picture is.
      if (!(error instanceof DataError)) throw error;
      return { at, id: sample.id, failed: messageOf(error) };
    }
  };
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
  const { config, journal, reporter, overlays } = shared;
  const { run, network, entryOf } = networkBasis(shared, index, compiled);
  const pictures = overlays > 0 ? await openPictures(shared, network) : undefined;
  const words = pictures === undefined ? [] : distinctWords(shared.ids);
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
      if (!work.known.has(position)) {
        const entry = await entryOf(position, loaded, image);
        entries.push(entry);
        if ('failed' in entry) {
          reporter.failed({ id: entry.id, message: entry.failed });
          return;
        }
      }
      await pictures?.add(loaded.sample.imagePath, words[position]!, image);
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
  if (!shared.stop?.aborted) await pictures?.finish();
}

function openPictures({ config, experiment, out, place, overlays }: SharedOptions, network: JudgedNetwork) {
  const { networks, localization } = config;
  const word = distinctWords(networks.map(({ name }) => name))[network.index]!;
  const { methods } = networks[network.index]!;
  const folder = join(out, 'overlays', word);
  return RunOverlays.open(
    folder,
    place,
    network,
    overlays,
    localization.upsampling,
    experiment.box,
    methods.length,
  );
}
