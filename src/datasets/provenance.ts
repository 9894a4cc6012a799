import { join } from 'node:path';
import { firstFile, readText } from './files.js';
import type { CommonSpec } from './spec.js';

/** How results name such pictures. */
export const DEMONSTRATION_LABEL = 'demonstration (not ImageNet)';

/**
 * Whether the pictures are not the data set's own but made in its format. The configuration says so, or a file
 * `provenance` in one of the folders that contains the word demonstration.
 */
export async function isDemonstration(spec: CommonSpec, folders: readonly string[]): Promise<boolean> {
  if (spec.demonstration !== undefined) return spec.demonstration;
  const path = await firstFile(folders.map((folder) => join(folder, 'provenance')));
  return path !== undefined && /\bdemonstration\b/.test(await readText(path, 'the provenance'));
}
