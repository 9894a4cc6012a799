import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';

/*
 * Annotations are held against the stored image before anything is made or walked along at the size that they state: a wrong
 * digit must cost one line, not all memory.
 */

/** Tools are off by some pixels, and boxes go on past the edge; what lies further out is no coordinate of this image. */
const REACH = 1000;

/** Smaller copies of images are in use, thumbnails among them; beyond this it is another image, or a wrong digit. */
const MOST_SCALE = 20;

/** Whether a point lies on the image, or beyond it by no more than its longer side or 1000 pixels. */
export function isNear({ width, height }: Size, x: number, y: number): boolean {
  const reach = Math.max(width, height, REACH);
  return x >= -reach && y >= -reach && x <= width + reach && y <= height + reach;
}

/**
 * @param where the file and what in it states the size
 * @throws DataError when a stored side is more than 20 times as long, or as short, as the annotated one
 */
export function checkCopy(annotated: Size, stored: Size, where: string): void {
  const scales = [stored.width / annotated.width, stored.height / annotated.height];
  if (scales.every((scale) => scale <= MOST_SCALE && scale >= 1 / MOST_SCALE)) return;
  throw new DataError(
    `${where} is annotated as ${annotated.width}x${annotated.height}, but stored as ${stored.width}x${stored.height}: ` +
      `a side differs more than ${MOST_SCALE} times, which no copy does; correct the size, or fetch the image again`,
  );
}
