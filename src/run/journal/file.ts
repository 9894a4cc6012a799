import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises';
import { BenchError } from '../../base/errors.js';
import { freePlace, type Place } from '../../lock/place.js';
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

/** The path of a journal's failure, unless the place has its own word on it. */
function failure(path: string, error: unknown): BenchError {
  return error instanceof BenchError ? error : writeFailure(path, error);
}

/** Creates a journal that holds its header, whole or not at all. @throws BenchError */
export async function createJournal(
  path: string,
  header: unknown,
  place: Place = freePlace(),
): Promise<number> {
  const line = encodeRecord(header);
  const temporary = place.staged(path);
  try {
    const file = await open(temporary, 'w');
    await file.writeFile(line);
    await file.sync();
    await file.close();
    await place.publish(path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw failure(path, error);
  }
  return line.length;
}

/** Appends records behind the last good one. */
export class JournalWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #place: Place;
  #end: number;
  #synced = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #failed: unknown;

  private constructor(path: string, file: FileHandle, end: number, place: Place) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
    this.#place = place;
  }

  /**
   * Goes on with a copy that takes the journal's place. A former holder of the folder, should it wake up, still has the
   * old file open: what it writes there is in no file that has a name.
   *
   * @param end where the last good line ends; what lies behind is cut off
   * @throws BenchError
   */
  static async open(path: string, end: number, place: Place = freePlace()): Promise<JournalWriter> {
    const copy = place.staged(path);
    let file: FileHandle | undefined;
    try {
      // Where the disk can, the copy shares the old one's blocks.
      await copyFile(path, copy, constants.COPYFILE_FICLONE);
      file = await open(copy, 'r+');
      await file.truncate(end);
      await file.datasync();
      await place.publish(path);
      return new JournalWriter(path, file, end, place);
    } catch (error) {
      await file?.close().catch(() => {});
      await rm(copy, { force: true }).catch(() => {});
      throw failure(path, error);
    }
  }

  /** @throws BenchError when nothing may be written any more */
  check(): Promise<void> {
    return this.#place.check();
  }

  /** The record is in the file when this returns, and on the disk within a second. @throws BenchError, as `check` */
  async append(record: unknown): Promise<void> {
    const line = encodeRecord(record);
    await this.#place.check();
    try {
      if (this.#failed !== undefined) throw this.#failed;
      for (let done = 0; done < line.length; ) {
        const remaining = line.length - done;
        done += (await this.#file.write(line, done, remaining, this.#end + done)).bytesWritten;
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
