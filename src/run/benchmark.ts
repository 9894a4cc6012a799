import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import { openDataset } from '../datasets/registry.js';
import type { Dataset } from '../datasets/sample.js';
import { BenchError, ConfigError } from '../errors.js';
import type { Explainer } from '../methods/explainer.js';
import { readPaperTable } from '../report/paper.js';
import { withFoundAlphas } from './alphas-file.js';
import { banner, type SettledConfig, settleEngine } from './engine-choice.js';
import { withExplainers } from './explainers.js';
import { makeFolder } from './files.js';
import { type JournalContents, readJournal } from './journal/contents.js';
import { createJournal, JournalWriter } from './journal/file.js';
import { difference, type JournalHeader, type RunIdentity, runIdentity } from './journal/header.js';
import { withFolderLock } from './journal/lock.js';
import { namedRows, oneNetwork } from './network-result.js';
import { freshFolder, JOURNAL, refuseForeignResults } from './output-folder.js';
import { pendingWork, type Work } from './pending.js';
import { checkPlan } from './plan.js';
import type { RunReporter } from './reporter.js';
import { type BenchmarkResult, writeResults } from './results.js';
import { type Shard, shardName, shardRange, WHOLE } from './shard.js';

export interface BenchmarkOptions {
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
  /** Once aborted, the batch at work is finished, and RunStopped thrown. */
  readonly stop?: AbortSignal | undefined;
}

/** The run was asked to stop before it was done; the same command goes on. */
export class RunStopped extends BenchError {
  override readonly name = 'RunStopped';
}

/** Every network and image of the run, or of a shard of it. */
interface Plan {
  readonly folder: string;
  readonly identity: RunIdentity;
  readonly dataset: Dataset;
  readonly ids: readonly string[];
  readonly before: JournalContents | undefined;
  readonly work: readonly Work[];
}

/**
 * The main job: every network over the data set, each batch journaled, then table.csv, images.csv, pairs.csv,
 * run.json and times.json in `out`, from the journal. A folder with a journal of the same run is gone on with.
 *
 * @returns undefined for a shard, whose results are written when it is merged with the others
 * @throws BenchError for what the user can mend; a broken image is no error but a failure in the result
 */
export async function runBenchmark(asked: BenchmarkOptions): Promise<BenchmarkResult | undefined> {
  const { loaded: complete, heldOut } = await withFoundAlphas(asked.loaded);
  const settled = await settleEngine(complete);
  const options = { ...asked, loaded: settled.loaded };
  const { loaded, shard = WHOLE, reporter } = options;
  const { config } = loaded;
  const paper = await readPaperTable();
  await checkPlan(config, paper);
  const dataset = await openDataset(config.dataset);
  const evaluated = dataset.ids.filter((id) => !heldOut.has(id));
  if (evaluated.length === 0)
    throw new ConfigError('every image of the data set is held out for the search of α');
  const ids = evaluated.slice(0, config.dataset.limit);
  const identity = await runIdentity(loaded, dataset, ids, shard, dataset.ids.length - evaluated.length);
  const wanted = options.shard === undefined ? options.out : join(options.out, shardName(shard));
  const folder = options.fresh ? await freshFolder(wanted) : wanted;
  await makeFolder(folder);
  try {
    return await withFolderLock(folder, async () => {
      const plan = await planned(options, folder, identity, dataset, ids);
      await compute(options, plan, settled);
      if (options.shard !== undefined) {
        reporter.note(`${shardName(shard)} is complete: ${folder}; bench merge joins the shards`);
        return undefined;
      }
      const journal = (await readJournal(join(folder, JOURNAL)))!;
      const result = await writeResults(folder, [journal], paper);
      reporter.note(`results: ${folder}`);
      return result;
    });
  } finally {
    // What was refused at once leaves no empty folder behind.
    await rmdir(folder).catch(() => {});
  }
}

async function planned(
  { overlays, reporter, loaded, shard = WHOLE }: BenchmarkOptions,
  folder: string,
  identity: RunIdentity,
  dataset: Dataset,
  ids: readonly string[],
): Promise<Plan> {
  await refuseForeignResults(folder);
  const before = await readJournal(join(folder, JOURNAL));
  const changed = before && difference(before.header, identity);
  if (changed !== undefined) {
    throw new BenchError(
      `${folder} holds another run: ${changed}; --fresh starts over in a new folder, or choose another --out`,
    );
  }
  const range = shardRange(shard, ids.length);
  const work = loaded.config.networks.map((_, n) => pendingWork(before, n, range, overlays));
  if (before !== undefined) reporter.note(resumed(folder, before, work, range.to - range.from));
  return { folder, identity, dataset, ids, before, work };
}

function resumed(folder: string, { damaged }: JournalContents, work: readonly Work[], images: number) {
  const total = images * work.length;
  const left = work.reduce((sum, { positions, known }) => sum + positions.length - known.size, 0);
  const lost = damaged > 0 ? `; ${damaged} damaged lines of the journal are done again` : '';
  return `going on in ${folder}: ${total - left} of ${total} are there${lost}`;
}

async function compute(options: BenchmarkOptions, plan: Plan, settled: SettledConfig): Promise<void> {
  const { loaded, stop } = options;
  const { folder, before, work, dataset } = plan;
  const { config } = loaded;
  const path = join(folder, JOURNAL);
  const indices = [...config.networks.keys()].filter(
    (n) => before === undefined || work[n]!.positions.length > 0,
  );
  if (indices.length === 0) return;
  const networks = indices.map((n) => config.networks[n]!);
  await withExplainers(config, networks, dataset.classes, async (explainers) => {
    options.reporter.note(banner(explainers[0]!, settled));
    const end = before?.end ?? (await createJournal(path, header(loaded, plan.identity, explainers)));
    const journal = await JournalWriter.open(path, end);
    try {
      const shared = { ...options, ...plan, config, out: folder, journal };
      for (const [i, n] of indices.entries()) {
        if (stop?.aborted) break;
        if (work[n]!.positions.length > 0) await oneNetwork(shared, n, work[n]!, explainers[i]!);
      }
    } finally {
      await journal.close();
    }
  });
  if (stop?.aborted) await refuseUnfinished(options, path);
}

function header(
  { name, config }: LoadedConfig,
  identity: RunIdentity,
  explainers: readonly Explainer[],
): JournalHeader {
  const networks = config.networks.map((network, n) => ({
    rows: namedRows(network, explainers[n]!, config),
    outputs: explainers[n]!.outputs,
  }));
  return { journal: 1, name, ...identity, networks };
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
