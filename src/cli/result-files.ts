import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../errors.js';
import { readTable } from '../report/check.js';
import { type RowOutcomes, readImageOutcomes } from '../report/image-outcomes.js';

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A table.csv, given itself or by the folder that a run wrote. @throws DataError */
export async function tableAt(path: string) {
  const file = (await isFolder(path)) ? join(path, 'table.csv') : path;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DataError(`${file}: no such table; bench run writes it`);
  });
  return readTable(text, file);
}

/**
 * Where the per-image decisions beside a table are: images.csv in the same folder of results, or
 * `<name>.images.csv` beside `<name>.csv`. Nowhere for a file of another name.
 */
async function imagesFile(path: string): Promise<string | undefined> {
  if (await isFolder(path)) return join(path, 'images.csv');
  if (/(^|[/\\])table\.csv$/.test(path)) return path.replace(/table\.csv$/, 'images.csv');
  return path.endsWith('.csv') ? path.replace(/\.csv$/, '.images.csv') : undefined;
}

/** @returns undefined when there are no per-image decisions beside the table */
export async function outcomesBeside(path: string): Promise<RowOutcomes[] | undefined> {
  const file = await imagesFile(path);
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DataError(`${file}: cannot be read: ${error.message}`);
  });
  return text === undefined ? undefined : readImageOutcomes(text, file);
}

/** The decisions in a folder of results, or in an images.csv. @throws DataError when there are none */
export async function outcomesAt(path: string): Promise<RowOutcomes[]> {
  const file = (await isFolder(path)) ? join(path, 'images.csv') : path;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DataError(`${file}: no such file; bench run writes images.csv when it is complete`);
  });
  return readImageOutcomes(text, file);
}
