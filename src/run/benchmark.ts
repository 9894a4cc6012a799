import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import { LockLost } from '../lock/held-lock.js';
import type { Place } from '../lock/place.js';
import { type CompiledNetwork, firstRunning } from './data-classes.js';
import type { Distribute } from './distribution.js';
import { noteEngine } from './engine-choice.js';
import { entryCheck } from './entry-check.js';
import { noteExplainers, withExplainers } from './explainers.js';
import { makeFolder } from './files.js';
import { inputNotes } from './input-notes.js';
import { type JournalContents, readJournal } from './journal/contents.js';
import { createJournal, JournalWriter } from './journal/file.js';
import { difference, type JournalHeader } from './journal/header.js';
import { withFolderLock } from './journal/lock.js';
import { oneNetwork } from './network-result.js';
import { freshFolder, JOURNAL, refuseForeignResults } from './output-folder.js';
import { pendingWork, type Work } from './pending.js';
import type { RunReporter } from './reporter.js';
import { type BenchmarkResult, writeResults } from './results.js';
import { openRun, type RunInput } from './run-input.js';
import { RunStopped } from './run-stopped.js';
import { type Shard, shardName, shardRange, WHOLE } from './shard.js';

interface BenchmarkOptions {
  readonly loaded: LoadedConfig;
  /** Folder of the results, made when it does not exist. */
  readonly out: string;
  /** How many images to write overlays for, per network. */
  readonly overlays: number;
  readonly reporter: RunReporter;
  /** Never go on with what is in `out`: write into a new folder beside it. */
  readonly fresh?: boolean;
  /** Only this part of the images, into a folder of its own below `out`. */
  readonly shard?: Shard | undefined;
  /** Who computes instead of this process. */
  readonly distribute?: Distribute | undefined;
  /** Once aborted, the batch at work is finished, and RunStopped thrown. */
  readonly stop?: AbortSignal | undefined;
}

/** Every network and image of the run, or of a shard of it. */
interface Plan extends RunInput {
  readonly folder: string;
  readonly before: JournalContents | undefined;
  readonly work: readonly Work[];
}

/**
 * The main job: every network over the data set, each batch journaled, then the experiment's files, run.json and
 * times.json in `out`, from the journal. A folder with a journal of the same run is gone on with.
 *
 * @returns undefined for a shard, whose results are written when it is merged with the others
 * @throws BenchError for what the user can mend; a broken image is no error but a failure in the result
 */
export async function runBenchmark(own: BenchmarkOptions): Promise<BenchmarkResult | undefined> {
  const { shard = WHOLE, reporter } = own;
  const input = await openRun(own.loaded, shard);
  for (const note of [...input.notes, ...inputNotes(input.loaded)]) reporter.note(note);
  const options = { ...own, loaded: input.loaded };
  const ownFolder = options.shard === undefined ? options.out : join(options.out, shardName(shard));
  const folder = options.fresh ? await freshFolder(ownFolder) : ownFolder;
  await makeFolder(folder);
  try {
    return await withFolderLock(folder, async (lock) => {
      const plan = await planned(options, folder, input);
      await compute(options, plan, lock);
      if (options.shard !== undefined) {
        reporter.note(`${shardName(shard)} is complete: ${folder}; bench merge joins the shards`);
        return undefined;
      }
      const journal = (await readJournal(join(folder, JOURNAL)))!;
      const result = await writeResults(folder, [journal], lock);
      reporter.note(`results: ${folder}`);
      return result;
    });
  } catch (error) {
    // What was refused at once leaves no empty folder behind; one that took the place of ours is not ours to remove.
    if (!(error instanceof LockLost)) await rmdir(folder).catch(() => {});
    throw error;
  }
}

async function planned(
  { overlays, reporter, loaded, shard = WHOLE }: BenchmarkOptions,
  folder: string,
  input: RunInput,
): Promise<Plan> {
  await refuseForeignResults(folder, '--fresh writes beside them, or choose another --out');
  const before = await readJournal(join(folder, JOURNAL));
  const changed = before && difference(before.header, input.identity);
  if (changed !== undefined) {
    throw new BenchError(
      `${folder} holds another run: ${changed}; --fresh starts over in a new folder, or choose another --out`,
    );
  }
  const range = shardRange(shard, input.ids.length);
  const work = loaded.config.networks.map((_, n) => pendingWork(before, n, range, overlays));
  if (before !== undefined) reporter.note(resumed(folder, before, work, range.to - range.from));
  return { ...input, folder, before, work };
}

function resumed(folder: string, { damaged }: JournalContents, work: readonly Work[], images: number) {
  const total = images * work.length;
  const remaining = work.reduce(
    (sum, { positions, forPictures }) => sum + positions.length - forPictures.size,
    0,
  );
  const lost = damaged > 0 ? `; ${damaged} damaged lines of the journal are done again` : '';
  return `going on in ${folder}: ${total - remaining} of ${total} are there${lost}`;
}

async function compute(options: BenchmarkOptions, plan: Plan, place: Place): Promise<void> {
  const { loaded, stop, reporter } = options;
  const { folder, before, work, dataset } = plan;
  const { config } = loaded;
  const path = join(folder, JOURNAL);
  const indices = [...config.networks.keys()].filter(
    (n) => before === undefined || work[n]!.positions.length > 0,
  );
  if (indices.length === 0) return;
  const networks = indices.map((n) => config.networks[n]!);
  const { needs } = plan.experiment;
  const known = before && { end: before.end, rows: before.header.networks };
  const begin = async (compiled: readonly CompiledNetwork[]) => {
    noteExplainers(networks, compiled, reporter);
    if (known !== undefined) return known;
    const own = header(loaded.name, plan, compiled);
    return { end: await createJournal(path, own, place), rows: own.networks };
  };
  const { distribute } = options;
  if (distribute !== undefined) {
    // The networks are compiled to learn their rows, and closed: others hold them while they run.
    const { end, rows } = known ?? (await withExplainers(config, networks, dataset, needs, reporter, begin));
    const rowsOfNetworks = config.networks.map(({ name }, n) => ({ ...rows[n]!, name }));
    const refusal = entryCheck(plan.experiment, rowsOfNetworks, dataset.classes);
    await withJournal(path, end, place, (journal) => distribute({ ...plan, loaded, refusal, journal, stop }));
  } else {
    await withExplainers(config, networks, dataset, needs, reporter, async (compiled) => {
      noteEngine(config, firstRunning(compiled), plan.passedOver, reporter);
      const { end } = await begin(compiled);
      await withJournal(path, end, place, async (journal) => {
        const shared = { ...options, ...plan, config, out: folder, place, journal };
        for (const [i, n] of indices.entries()) {
          if (stop?.aborted) break;
          if (work[n]!.positions.length > 0) await oneNetwork(shared, n, work[n]!, compiled[i]!);
        }
      });
    });
  }
  if (stop?.aborted) await refuseUnfinished(options, path);
}

async function withJournal(
  path: string,
  end: number,
  place: Place,
  use: (journal: JournalWriter) => Promise<void>,
) {
  const journal = await JournalWriter.open(path, end, place);
  try {
    await use(journal);
  } finally {
    await journal.close();
  }
}

function header(
  name: string,
  { identity, dataset }: Plan,
  compiled: readonly CompiledNetwork[],
): JournalHeader {
  const networks = compiled.map(({ explainer: { score, outputs, readings } }) => {
    const { kind, text, note } = score;
    return {
      score: { kind, text, ...(note === undefined ? {} : { note }) },
      outputs,
      ...(readings.length === 0 ? {} : { readings }),
    };
  });
  return { journal: 2, name, ...identity, classes: dataset.classes, networks };
}

async function refuseUnfinished({ loaded, shard = WHOLE }: BenchmarkOptions, path: string): Promise<void> {
  const journal = (await readJournal(path))!;
  const { from, to } = shardRange(shard, journal.header.data.images);
  const done = journal.places.reduce(
    (sum, { length }) => sum + length.subarray(from, to).filter((bytes) => bytes > 0).length,
    0,
  );
  const total = (to - from) * loaded.config.networks.length;
  if (done === total) return;
  throw new RunStopped(`stopped: ${done} of ${total} images are in ${path}; the same command goes on`);
}
