import { join } from 'node:path';
import { firstFile, readText } from './files.js';
import type { DatasetSpec } from './spec.js';

/**
 * Whether the pictures were made in a data set's format, in place of being it: said by the configuration, or by a
 * file `provenance` that contains the word demonstration in one of the folders.
 */
export async function isDemonstration(spec: DatasetSpec, folders: readonly string[]): Promise<boolean> {
  if (spec.demonstration !== undefined) return spec.demonstration;
  const path = await firstFile(folders.map((folder) => join(folder, 'provenance')));
  return path !== undefined && /\bdemonstration\b/.test(await readText(path, 'the provenance'));
}
