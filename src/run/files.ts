import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchError, codeOf, messageOf } from '../base/errors.js';
import { withRegularFile } from '../base/read-file.js';
import { withFileLock } from '../lock/file-lock.js';
import { freePlace, type Place } from '../lock/place.js';

/** Milliseconds between looks at a file that another process writes. */
const POLL = 50;

/** Why a file or folder could not be written, in words. */
export function writeReason(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EDQUOT') return 'the disk quota is used up';
  if (code === 'EFBIG') return 'the file may not grow any further';
  if (code === 'EISDIR') return 'a folder of that name is in the way';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'the folder cannot be written';
  return messageOf(error);
}

/** Does the writing of one file. @throws BenchError naming the file and the reason */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError(`${path}: ${writeReason(error)}; mend that, and give the same command again`);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isDirectory() === true) return;
    const target = entry === undefined ? await readlink(path).catch(() => undefined) : undefined;
    if (target === undefined) throw error;
    throw new Error(`${path} is a link to ${target}, which is not there`);
  }
}

/** `mkdir` with `recursive` never returns where a folder that exists answers ENOENT to one within, as /proc does. */
async function makeWithParents(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeWithParents(dirname(path));
    await makeOne(path);
  }
}

/** Makes the folder of the results. @throws BenchError when that cannot be */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (error) {
    throw new BenchError(
      `${path}: the folder of the results cannot be made (${messageOf(error)}); choose --out`,
    );
  }
}

/**
 * Does something in a place of its own for one file outside of any run's folder. What a killed writer of the same file
 * has left is removed by that.
 */
function besideFile<T>(path: string, use: (place: Place) => Promise<T>): Promise<T> {
  const lock = join(dirname(path), `.${basename(path)}.lock`);
  const onHeld = () => pause(POLL);
  return withFileLock({ path: lock, onHeld, advice: 'remove it' }, use);
}

async function writeWhole(path: string, text: string, place: Place): Promise<void> {
  try {
    await writeFile(place.staged(path), text);
    await place.publish(path);
  } catch (error) {
    await rm(place.staged(path), { force: true }).catch(() => {});
    throw error;
  }
}

/** Writes a file whole or not at all: readers never see half of it. */
export function writeAtomically(path: string, text: string, place?: Place): Promise<void> {
  if (place !== undefined) return writeWhole(path, text, place);
  return besideFile(path, (own) => writeWhole(path, text, own));
}

/** Whether `writeAtomically` could write the file, as far as that can be said beforehand; throws what it would. */
export async function checkWritable(path: string): Promise<void> {
  // What opens a folder for writing fails as renaming a file over it does.
  await (await open(path, 'r+').catch(ifMissing))?.close();
  await besideFile(path, (place) => writeFile(place.staged(path), ''));
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** A text file that grows line by line under another name, and appears when it is complete. */
export class AtomicWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #place: Place;

  private constructor(path: string, file: FileHandle, place: Place) {
    this.#path = path;
    this.#file = file;
    this.#place = place;
  }

  static async open(path: string, place: Place = freePlace()): Promise<AtomicWriter> {
    return new AtomicWriter(path, await open(place.staged(path), 'w'), place);
  }

  async write(text: string): Promise<void> {
    // `write` alone may write less than it was given, where a disk is nearly full, and say so to nobody.
    await this.#file.appendFile(text);
  }

  async finish(): Promise<void> {
    await this.#file.close();
    await this.#place.publish(this.#path);
  }

  /** Removes what was written; the file of an earlier run stays as it was. */
  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(this.#place.staged(this.#path), { force: true });
  }
}

/**
 * SHA-256 of a file, in hexadecimal, read piecewise: models have hundreds of megabytes.
 * @throws DataError when it cannot be read, or is no regular file
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await withRegularFile(path, 'a file', async (file) => {
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  });
  return hash.digest('hex');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
