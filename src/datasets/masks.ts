import { DataError } from '../errors.js';
import { type IndexImage, readIndexedPng } from '../images/indexed-png.js';

/** Marks pixels that count neither as object nor as background. */
export const VOID_INDEX = 255;

/**
 * Reads a segmentation mask: 0 is background, k + 1 the data set's class k, 255 void. Throws DataError naming the
 * file when it cannot be read or holds an index beyond the `classCount` classes.
 */
export async function readMask(path: string, classCount: number): Promise<IndexImage> {
  const mask = await readIndexedPng(path);
  const bad = mask.data.find((index) => index > classCount && index !== VOID_INDEX);
  if (bad !== undefined) {
    throw new DataError(`${path}: the mask holds the index ${bad}, but there are ${classCount} classes`);
  }
  return mask;
}
