import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { BenchError } from '../../errors.js';
import { writeReason } from '../files.js';
import { encodeRecord } from './record.js';

/** A power cut loses what was computed in this time at most; the death of the process alone loses nothing. */
const MILLISECONDS_BETWEEN_SYNCS = 1000;

/** The error of a write into the folder of the results, in one line. */
export function writeFailure(path: string, error: unknown): BenchError {
  return new BenchError(
    `${path}: ${writeReason(error)}; what is in the journal is safe: mend that, and the same command goes on`,
  );
}

/** Creates a journal that holds its header, whole or not at all. @throws BenchError */
export async function createJournal(path: string, header: unknown): Promise<number> {
  const line = encodeRecord(header);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    await file.writeFile(line);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFailure(path, error);
  }
  return line.length;
}

/** Appends records behind the last good one. */
export class JournalWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #end: number;
  #synced = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #failed: unknown;

  private constructor(path: string, file: FileHandle, end: number) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
  }

  /** @param end where the last good line ends; what lies behind is cut off. @throws BenchError */
  static async open(path: string, end: number): Promise<JournalWriter> {
    try {
      const file = await open(path, 'r+');
      await file.truncate(end);
      return new JournalWriter(path, file, end);
    } catch (error) {
      throw writeFailure(path, error);
    }
  }

  /** The record is in the file when this returns, and on the disk within a second. @throws BenchError */
  async append(record: unknown): Promise<void> {
    const line = encodeRecord(record);
    try {
      if (this.#failed !== undefined) throw this.#failed;
      for (let done = 0; done < line.length; ) {
        const left = line.length - done;
        done += (await this.#file.write(line, done, left, this.#end + done)).bytesWritten;
      }
      this.#end += line.length;
      await this.#syncSoon();
    } catch (error) {
      // Half a record would be found and redone all the same; without it the file is whole.
      await this.#file.truncate(this.#end).catch(() => {});
      throw writeFailure(this.#path, error);
    }
  }

  async #syncSoon(): Promise<void> {
    const wait = this.#synced + MILLISECONDS_BETWEEN_SYNCS - performance.now();
    if (wait <= 0) return this.#sync();
    this.#timer ??= setTimeout(() => {
      this.#sync().catch((error: unknown) => {
        this.#failed = error;
      });
    }, wait).unref();
  }

  async #sync(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#synced = performance.now();
    await this.#file.datasync();
  }

  /** @throws BenchError when the last records did not reach the disk */
  async close(): Promise<void> {
    try {
      if (this.#failed !== undefined) throw this.#failed;
      await this.#sync();
    } catch (error) {
      throw writeFailure(this.#path, error);
    } finally {
      await this.#file.close();
    }
  }
}
