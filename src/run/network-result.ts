import { join } from 'node:path';
import type { Experiment, JudgedNetwork } from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
import type { Place } from '../lock/place.js';
import type { CompiledNetwork } from './data-classes.js';
import { DataGuard, RESUMES } from './data-guard.js';
import { type Entry, failedEntry, type Spent } from './journal/entries.js';
import type { JournalWriter } from './journal/file.js';
import { runNetwork, type Timings } from './network.js';
import { networkBasis, type RunImages } from './network-basis.js';
import type { Work } from './pending.js';
import type { RunReporter } from './reporter.js';
import { RunOverlays } from './run-overlays.js';

/** What all networks of a run share. */
interface SharedOptions extends RunImages {
  readonly experiment: Experiment<unknown>;
  readonly out: string;
  /** Of the folder's holder: where its files are made. */
  readonly place: Place;
  readonly overlays: number;
  readonly reporter: RunReporter;
  readonly journal: JournalWriter;
  readonly stop?: AbortSignal | undefined;
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
  const guard = new DataGuard(config.dataset.root, RESUMES);
  let entries: Entry[] = [];
  reporter.networkStarted(network.name, work.positions.length);
  await runNetwork({
    ...run,
    positions: work.positions,
    batch: config.batch,
    stop: shared.stop,
    onImage: async (position, loaded, image) => {
      guard.sawImage(loaded.sample.imagePath);
      if (!work.forPictures.has(position)) {
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
      entries.push(failedEntry(at, failure));
      if (!failure.leftOut) reporter.failed(failure);
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
  const folder = join(out, 'overlays', word);
  return RunOverlays.open(folder, place, network, overlays, localization.upsampling, experiment);
}
