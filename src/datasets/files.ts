import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError, messageOf } from '../errors.js';

/** Annotations and lists are small; a file beyond this is the wrong file. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Reads a text file. Throws DataError naming the file, `what` it should have been, and why it cannot be read. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    const text = await readFile(path);
    if (text.length <= MAX_TEXT_BYTES) return text.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new DataError(
      `${path}: ${missing ? `${what} does not exist` : `cannot be read (${messageOf(error)})`}`,
    );
  }
  throw new DataError(`${path}: too large for ${what}`);
}

/** The file's lines without surrounding blanks; empty lines are left out. */
export async function readLines(path: string, what: string): Promise<readonly string[]> {
  const text = await readText(path, what);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/** The names in a folder, sorted; none when the folder does not exist. */
export async function listFolder(path: string): Promise<readonly string[]> {
  return readdir(path).then(
    (names) => names.sort(),
    () => [],
  );
}

/** The first of the paths that is a file. */
export async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isFile(path)) return path;
  return undefined;
}

/** A file that the configuration names: relative to the data set's root, or else to the working directory. */
export async function configuredFile(root: string, name: string): Promise<string> {
  return (await firstFile([resolve(root, name)])) ?? resolve(name);
}
