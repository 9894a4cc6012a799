import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import { LocalizationEvaluator } from '../eval/localization-evaluator.js';
import type { PaperTable } from '../report/paper.js';
import type { DataLabel, PairRow, TableRow } from '../report/rows.js';
import { pairsCsv, tableCsv } from '../report/table-csv.js';
import type { Failure } from './batches.js';
import { AtomicWriter, writeAtomically } from './files.js';
import { imagesHead } from './image-rows.js';
import { EntryReader, type JournalContents } from './journal/contents.js';
import { decisionOf, type Entry } from './journal/entries.js';
import { writeFailure } from './journal/file.js';
import type { JournalHeader } from './journal/header.js';
import type { Timings } from './network.js';
import { pairRows, tableRow } from './table.js';

export interface NetworkReport {
  readonly name: string;
  /** Seconds. */
  readonly timings: Timings;
  /** Share of the wall time in which the network was not at work, 0…1. */
  readonly shareOutside: number;
  readonly imagesPerSecond: number;
  readonly scaled: number;
  readonly failures: readonly Failure[];
}

export interface BenchmarkResult {
  readonly rows: readonly TableRow[];
  readonly pairs: readonly PairRow[];
  readonly data: DataLabel;
  readonly top: readonly number[];
  readonly networks: readonly NetworkReport[];
  /** The images that could not be read, each once, however many networks met it. */
  readonly failures: readonly Failure[];
}

/** Finds an image's entry in the journals that together hold a run. */
class Entries {
  readonly #readers: readonly EntryReader[];

  constructor(readers: readonly EntryReader[]) {
    this.#readers = readers;
  }

  async read(network: number, position: number): Promise<Entry> {
    for (const reader of this.#readers) {
      const entry = await reader.read(network, position);
      if (entry !== undefined) return entry;
    }
    throw new Error(`image ${position} of network ${network} is in no journal`);
  }
}

interface Gathered {
  readonly evaluators: readonly LocalizationEvaluator[];
  readonly failures: readonly Failure[];
  readonly scaled: number;
  readonly truth: string;
}

async function gather(
  header: JournalHeader,
  network: number,
  entries: Entries,
  images: AtomicWriter,
): Promise<Gathered> {
  const { top } = header.config.localization;
  const count = header.data.images;
  const rows = header.networks[network]!.rows;
  const evaluators = rows.map(() => new LocalizationEvaluator(count, top));
  const failures: Failure[] = [];
  const truth = createHash('sha256');
  const list = createHash('sha256');
  let scaled = 0;
  for (let position = 0; position < count; position++) {
    const entry = await entries.read(network, position);
    list.update(`${entry.id}\n`);
    if ('failed' in entry) {
      failures.push({ id: entry.id, message: entry.failed });
      continue;
    }
    truth.update(entry.truth);
    if (entry.scaled) scaled++;
    for (const [row, evaluator] of evaluators.entries()) {
      evaluator.add(position, decisionOf(entry.errors[row]!));
    }
    await images.write(entry.lines);
  }
  if (list.digest('hex') !== header.data.sha256_of_list) {
    throw new BenchError('the images in the journal are not those of the list that its first line names');
  }
  return { evaluators, failures, scaled, truth: truth.digest('hex') };
}

function report(name: string, { scaled, failures }: Gathered, spent: readonly number[], images: number) {
  const [wall, network, waited, decode, evaluation] = spent.map((ms) => Math.round(ms) / 1000);
  const share = wall! > 0 ? Math.max(0, 1 - network! / wall!) : 0;
  return {
    name,
    timings: {
      wall: wall!,
      network: network!,
      waited: waited!,
      decode: decode!,
      evaluation: evaluation!,
    },
    scaled,
    failures,
    shareOutside: Math.round(share * 10_000) / 10_000,
    imagesPerSecond: wall! > 0 ? Math.round((100 * images) / wall!) / 100 : 0,
  };
}

/**
 * Writes table.csv, images.csv, pairs.csv, run.json and times.json from journals that together hold every image of
 * every network, in the data set's order. The times apart, the bytes are those of a run that nothing disturbed.
 *
 * @throws BenchError when the folder cannot be written
 */
export async function writeResults(
  out: string,
  journals: readonly JournalContents[],
  paper: PaperTable,
): Promise<BenchmarkResult> {
  const readers: EntryReader[] = [];
  try {
    for (const journal of journals) readers.push(await EntryReader.open(journal));
    return await write(out, journals, new Entries(readers), paper);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : writeFailure(out, error);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

async function gatherAll(out: string, header: JournalHeader, entries: Entries): Promise<Gathered[]> {
  const images = await AtomicWriter.open(join(out, 'images.csv'));
  try {
    await images.write(imagesHead(header.config.localization.top));
    const gathered: Gathered[] = [];
    for (const index of header.networks.keys()) {
      gathered.push(await gather(header, index, entries, images));
    }
    await images.finish();
    return gathered;
  } catch (error) {
    await images.abandon().catch(() => {});
    throw error;
  }
}

async function write(
  out: string,
  journals: readonly JournalContents[],
  entries: Entries,
  paper: PaperTable,
): Promise<BenchmarkResult> {
  const { header } = journals[0]!;
  const { config, data } = header;
  const { top } = config.localization;
  const gathered = await gatherAll(out, header, entries);
  const rows = gathered.flatMap(({ evaluators }, n) =>
    header.networks[n]!.rows.map((row, i) => tableRow(row, evaluators[i]!, config, paper)),
  );
  const pairs = gathered.flatMap(({ evaluators }, n) =>
    pairRows(header.networks[n]!.rows, evaluators, config),
  );
  const networks = gathered.map((network, n) => {
    const spent = [0, 1, 2, 3, 4].map((i) =>
      journals.reduce((sum, journal) => sum + journal.spent[n]![i]!, 0),
    );
    return report(config.networks[n]!.name, network, spent, data.images);
  });
  const failures = distinct(gathered.flatMap((network) => network.failures));
  await writeAtomically(join(out, 'table.csv'), tableCsv(rows, top, data));
  await writeAtomically(join(out, 'pairs.csv'), pairsCsv(pairs));
  await writeAtomically(join(out, 'times.json'), json(networks.map(timesRecord)));
  await writeAtomically(join(out, 'run.json'), json(runRecord(header, gathered, failures.length)));
  return { rows, pairs, data, top, networks, failures };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function runRecord(header: JournalHeader, gathered: readonly Gathered[], failed: number) {
  const { label, provenance, images, classes, sha256_of_list } = header.data;
  return {
    config: { name: header.name, ...header.config },
    versions: header.program,
    data: { label, provenance, images, classes, sha256_of_list },
    networks: gathered.map(({ truth, scaled, failures }, n) => ({
      name: header.config.networks[n]!.name,
      model: header.models[n],
      outputs: header.networks[n]!.outputs,
      sha256_of_truth: truth,
      images_with_scaled_boxes: scaled,
      failures,
    })),
    failed_images: failed,
  };
}

function timesRecord({ name, timings, shareOutside, imagesPerSecond }: NetworkReport) {
  return {
    network: name,
    seconds: timings,
    share_outside_network: shareOutside,
    images_per_second: imagesPerSecond,
  };
}

function distinct(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [failure.id, failure])).values()];
}
