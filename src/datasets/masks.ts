import { type ClassMask, VOID } from '../base/class-mask.js';
import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import { readIndexedPng } from '../images/indexed-png.js';

/**
 * Reads a segmentation mask: 0 is background, k + 1 the data set's class k, 255 void. Throws DataError naming the
 * file when it cannot be read, holds an index beyond the `classCount` classes, or is not of the image's size, where
 * that is given.
 */
export async function readMask(path: string, classCount: number, image?: Size): Promise<ClassMask> {
  const mask = await readIndexedPng(path, (size) => {
    if (image === undefined || (size.width === image.width && size.height === image.height)) return;
    throw new DataError(
      `${path}: the mask is ${size.width}x${size.height}, its image ${image.width}x${image.height}`,
    );
  });
  const bad = mask.data.find((index) => index > classCount && index !== VOID);
  if (bad !== undefined) {
    throw new DataError(`${path}: the mask holds the index ${bad}, but there are ${classCount} classes`);
  }
  return mask;
}
