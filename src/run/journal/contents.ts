import { type FileHandle, open } from 'node:fs/promises';
import { BenchError, messageOf } from '../../base/errors.js';
import type { BatchRecord, Entry, Spent } from './entries.js';
import type { JournalHeader } from './header.js';
import { decodeRecord } from './record.js';
import { scanLines } from './scan.js';

/** Where an image's record lies; per network and position. */
interface Places {
  readonly offset: Float64Array;
  /** Bytes of the line; 0: the image is not in the journal. */
  readonly length: Uint32Array;
  /** 1 when the last record about the image says that it could not be read. */
  readonly failed: Uint8Array;
}

export interface JournalContents {
  readonly path: string;
  readonly header: JournalHeader;
  /** One per network of the configuration. */
  readonly places: readonly Places[];
  /** Sums over the network's batches. */
  readonly spent: readonly Spent[];
  /** Whole lines that are not what was written; their images are done again. */
  readonly damaged: number;
  /** Where the last whole line ends: the next record belongs there. */
  readonly end: number;
}

const FORMAT = 2;

function isBatch(record: unknown): record is BatchRecord {
  return (record as BatchRecord | undefined)?.kind === 'batch';
}

function checkedHeader(record: unknown, path: string): JournalHeader {
  const header = record as JournalHeader;
  if (header.journal === FORMAT) return header;
  throw new BenchError(
    `${path}: a journal in format ${header.journal}, this program writes format ${FORMAT}`,
  );
}

function emptyPlaces(images: number): Places {
  return {
    offset: new Float64Array(images),
    length: new Uint32Array(images),
    failed: new Uint8Array(images),
  };
}

function note(places: Places, { images }: BatchRecord, offset: number, length: number): void {
  for (const entry of images) {
    places.offset[entry.at] = offset;
    places.length[entry.at] = length;
    places.failed[entry.at] = 'failed' in entry ? 1 : 0;
  }
}

/**
 * Reads which images a journal holds. What was cut off at the end, or damaged anywhere, counts as not done.
 *
 * @returns undefined when there is no journal, or one that broke off within its header
 * @throws BenchError when it cannot be read, or the header is damaged while batches follow
 */
export async function readJournal(path: string): Promise<JournalContents | undefined> {
  let header: JournalHeader | undefined;
  let places: Places[] = [];
  let spent: number[][] = [];
  let damaged = 0;
  let end = 0;
  try {
    for await (const { offset, bytes, whole } of scanLines(path)) {
      if (!whole) break;
      const length = bytes.length + 1;
      end = offset + length;
      const record = decodeRecord(bytes);
      if (offset === 0) {
        if (record === undefined) throw new BenchError(`${path}: its first line is damaged; use --fresh`);
        header = checkedHeader(record, path);
        const { images } = header.data;
        places = header.networks.map(() => emptyPlaces(images));
        spent = header.networks.map(() => [0, 0, 0, 0, 0]);
      } else if (isBatch(record)) {
        note(places[record.network]!, record, offset, length);
        const sums = spent[record.network]!;
        record.spent.forEach((value, i) => {
          sums[i]! += value;
        });
      } else damaged++;
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // ENOTDIR: what should be the folder around it is a file.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (syscall === undefined) throw error;
    throw new BenchError(`${path}: the journal cannot be read (${messageOf(error)})`);
  }
  if (header === undefined) return undefined;
  return { path, header, places, spent: spent as unknown as Spent[], damaged, end };
}

/** Reads single images' entries, the last batch kept: images of one batch are asked for one after the other. */
export class EntryReader {
  readonly #contents: JournalContents;
  readonly #file: FileHandle;
  #at = -1;
  #batch: readonly Entry[] = [];

  private constructor(contents: JournalContents, file: FileHandle) {
    this.#contents = contents;
    this.#file = file;
  }

  static async open(contents: JournalContents): Promise<EntryReader> {
    return new EntryReader(contents, await open(contents.path, 'r'));
  }

  /** @returns undefined when the journal does not hold the image */
  async read(network: number, position: number): Promise<Entry | undefined> {
    const { path, places } = this.#contents;
    const { offset, length } = places[network]!;
    const [at, size] = [offset[position]!, length[position]!];
    if (size === 0) return undefined;
    if (this.#at !== at) {
      const line = Buffer.alloc(size - 1);
      await this.#file.read(line, 0, line.length, at);
      const record = decodeRecord(line);
      if (!isBatch(record)) throw new BenchError(`${path}: changed while it was read`);
      this.#at = at;
      this.#batch = record.images;
    }
    return this.#batch.findLast((entry) => entry.at === position);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
