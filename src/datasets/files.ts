import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError } from '../base/errors.js';
import { isFile, readBytes } from '../base/read-file.js';

/** Lists have a line per image; a file beyond this is the wrong file. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Reads a text file in UTF-8, with or without its mark. Throws DataError naming the file, `what` it should have been,
 * and why it cannot be read; another encoding is an error, or names would be compared with what they never were.
 */
export async function readText(path: string, what: string, most = MAX_TEXT_BYTES): Promise<string> {
  const bytes = await readBytes(path, what, most);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${path}: not UTF-8 text${guessOf(bytes)}; save it in UTF-8`);
  }
}

function guessOf(bytes: Buffer): string {
  const mark = bytes.toString('latin1', 0, 2);
  return mark === '\xff\xfe' || mark === '\xfe\xff' ? ' but UTF-16' : '';
}

/** The file's lines without surrounding blanks; empty lines are left out. */
export async function readLines(path: string, what: string): Promise<readonly string[]> {
  const text = await readText(path, what);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
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
