import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BenchError } from '../base/errors.js';
import type { ReportLine } from '../base/table.js';
import type { Figure, Judged, Report } from '../eval/experiment.js';
import { experimentOf } from '../experiments/registry.js';
import { renderFigure } from '../figures/render.js';
import { FIGURE_STYLE } from '../figures/spec.js';
import type { Place } from '../lock/place.js';
import { drawFigure } from '../report/figure.js';
import { readPublished } from '../report/published.js';
import type { Failure } from './batches.js';
import { AtomicWriter, writeAtomically } from './files.js';
import { EntryReader, type JournalContents } from './journal/contents.js';
import type { Entry } from './journal/entries.js';
import { writeFailure } from './journal/file.js';
import type { JournalHeader } from './journal/header.js';
import { recordedNetworks } from './journal/recorded-networks.js';
import { type NetworkReport, type NetworkSummary, runRecord, timesRecord } from './run-record.js';

const LEVEL = 0.95;

export interface BenchmarkResult {
  /** Folder of the results. */
  readonly folder: string;
  /** Names of the files that were written there. */
  readonly files: readonly string[];
  /** The experiment's tables for people. */
  readonly lines: readonly ReportLine[];
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

async function summarise(header: JournalHeader, network: number, entries: Entries): Promise<NetworkSummary> {
  const failures: Failure[] = [];
  const missing: Failure[] = [];
  const leftOut: Failure[] = [];
  const truth = createHash('sha256');
  const list = createHash('sha256');
  let scaled = 0;
  for (let position = 0; position < header.data.images; position++) {
    const entry = await entries.read(network, position);
    list.update(`${entry.id}\n`);
    if ('failed' in entry) {
      (entry.leftOut ? leftOut : failures).push({ id: entry.id, message: entry.failed });
      continue;
    }
    const lacking = header.config.networks[network]!.maps?.partial ? leftOut : missing;
    if (entry.missing !== undefined) lacking.push({ id: entry.id, message: entry.missing });
    truth.update(entry.truth);
    if (entry.scaled) scaled++;
  }
  if (list.digest('hex') !== header.data.sha256_of_list) {
    throw new BenchError('the images in the journal are not those of the list that its first line names');
  }
  return { failures, missing, leftOut, scaled, truth: truth.digest('hex') };
}

/** What the experiment made of one network's images, in the data set's order. */
async function* recordsOf(
  { data }: JournalHeader,
  network: number,
  entries: Entries,
): AsyncGenerator<Judged<unknown>> {
  for (let at = 0; at < data.images; at++) {
    const entry = await entries.read(network, at);
    if (!('failed' in entry)) yield { at, id: entry.id, record: entry.record };
  }
}

function report(
  name: string,
  { scaled, failures, missing, leftOut }: NetworkSummary,
  spent: readonly number[],
  images: number,
) {
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
    ...{ failures, missing, leftOut },
    shareOutside: Math.round(share * 10_000) / 10_000,
    imagesPerSecond: wall! > 0 ? Math.round((100 * images) / wall!) / 100 : 0,
  };
}

/**
 * Writes the experiment's files, run.json and times.json from journals that together hold every image of every
 * network, in the data set's order. The times apart, the bytes are those of a run that nothing disturbed.
 *
 * @param place of the folder's holder
 * @throws BenchError when the folder cannot be written
 */
export async function writeResults(
  out: string,
  journals: readonly JournalContents[],
  place: Place,
): Promise<BenchmarkResult> {
  const readers: EntryReader[] = [];
  try {
    for (const journal of journals) readers.push(await EntryReader.open(journal));
    return await write(out, journals, new Entries(readers), place);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : writeFailure(out, error);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

async function reportOf(header: JournalHeader, entries: Entries): Promise<Report> {
  const { config, data, name, classes } = header;
  return experimentOf(config).report({
    name,
    data: {
      label: data.label,
      comparable: data.comparable,
      dataset: config.dataset.name,
      images: data.images,
    },
    classes,
    bootstrap: { ...config.bootstrap, level: LEVEL },
    published: await readPublished(config.experiment.name),
    networks: recordedNetworks(header).map(({ outputs, readings }, index) => ({
      name: config.networks[index]!.name,
      index,
      paper: config.networks[index]!.model.paper,
      outputs,
      readings,
      records: () => recordsOf(header, index, entries),
    })),
  });
}

async function writeStream(path: string, parts: AsyncIterable<string>, place: Place): Promise<void> {
  const file = await AtomicWriter.open(path, place);
  try {
    for await (const part of parts) await file.write(part);
    await file.finish();
  } catch (error) {
    await file.abandon().catch(() => {});
    throw error;
  }
}

async function write(
  out: string,
  journals: readonly JournalContents[],
  entries: Entries,
  place: Place,
): Promise<BenchmarkResult> {
  const { header } = journals[0]!;
  const { config, data } = header;
  const summaries: NetworkSummary[] = [];
  for (const index of header.networks.keys()) summaries.push(await summarise(header, index, entries));
  const networks = summaries.map((network, n) => {
    const spent = [0, 1, 2, 3, 4].map((i) =>
      journals.reduce((sum, journal) => sum + journal.spent[n]![i]!, 0),
    );
    return report(config.networks[n]!.name, network, spent, data.images);
  });
  const failures = distinct(summaries.flatMap((network) => network.failures));
  const { files, figures, lines } = await reportOf(header, entries);
  for (const { name, text } of files) {
    const path = join(out, name);
    await (typeof text === 'string' ? writeAtomically(path, text, place) : writeStream(path, text, place));
  }
  for (const figure of figures) await writeAtomically(join(out, figure.name), await svgText(figure), place);
  await writeAtomically(join(out, 'times.json'), json(networks.map(timesRecord)), place);
  await writeAtomically(join(out, 'run.json'), json(runRecord(header, summaries, failures.length)), place);
  const names = [...[...files, ...figures].map(({ name }) => name), 'times.json', 'run.json'];
  return { folder: out, files: names, lines, networks, failures };
}

async function svgText(figure: Figure): Promise<string> {
  if ('spec' in figure) return drawFigure(figure.spec);
  return (await renderFigure('svg', figure.pictures, FIGURE_STYLE)).toString();
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function distinct(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [failure.id, failure])).values()];
}
