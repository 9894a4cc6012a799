import { stat } from 'node:fs/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import { DataError } from '../base/errors.js';

/** Endings of the pictures in a folder; a file that is named itself may have any. */
const ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'];

/**
 * The picture files that words of a command line mean: files as they are, the pictures right in a folder, what a pattern
 * such as `photos/*.jpg` fits, for shells that leave it as it is. Sorted within each word, in the order of the words.
 * @throws DataError for a folder or a pattern without pictures; a file that is not there is found out when it is read
 */
export async function picturesNamed(words: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(words.map(picturesOf));
  return found.flat();
}

async function picturesOf(word: string): Promise<readonly string[]> {
  const there = await stat(word).catch(() => undefined);
  if (there?.isDirectory()) {
    const folder = word.replace(/[/\\]+$/, '') || word;
    const names = await glob([`*.{${ENDINGS.join(',')}}`], { cwd: word, caseSensitiveMatch: false });
    if (names.length === 0) throw new DataError(`${word}: no pictures in it (${ENDINGS.join(', ')})`);
    return names.sort().map((name) => `${folder}/${name}`);
  }
  if (there !== undefined || !isDynamicPattern(word)) return [word];
  const names = await glob([word], { expandDirectories: false });
  if (names.length === 0) throw new DataError(`${word}: no picture fits this pattern`);
  return names.sort();
}
