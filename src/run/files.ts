import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BenchError, messageOf } from '../errors.js';

const temporary = (path: string) => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);

/** Makes the folder of the results. @throws BenchError when that cannot be */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new BenchError(
      `${path}: the folder of the results cannot be made (${messageOf(error)}); choose --out`,
    );
  }
}

/** Writes a file whole or not at all: readers never see half of it. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await writeFile(temporary(path), text);
  await rename(temporary(path), path);
}

/** A text file that grows line by line under another name, and appears when it is complete. */
export class AtomicWriter {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<AtomicWriter> {
    return new AtomicWriter(path, await open(temporary(path), 'w'));
  }

  async write(text: string): Promise<void> {
    await this.#file.write(text);
  }

  async finish(): Promise<void> {
    await this.#file.close();
    await rename(temporary(this.#path), this.#path);
  }

  /** Removes what was written; the file of an earlier run stays as it was. */
  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(temporary(this.#path), { force: true });
  }
}

/** SHA-256 of a file, in hexadecimal, read piecewise: models have hundreds of megabytes. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
