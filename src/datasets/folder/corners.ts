import type { Box } from '../../base/box.js';
import { DataError } from '../../base/errors.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import { boxInStoredPixels } from '../truth.js';

/*
 * What four numbers say: pixels counted from 0 or from 1, the last one inside the box; or the edges between pixels, where
 * xmax is the first column outside. A wrong choice moves every box, so what contradicts it is refused.
 */

export const CORNERS = ['pixels', 'pixels-from-1', 'edges'] as const;
export type Corners = (typeof CORNERS)[number];

const WORDS: Readonly<Record<Corners, string>> = {
  pixels: 'pixels that count from 0',
  'pixels-from-1': 'pixels that count from 1',
  edges: 'edges',
};

/** The least and the largest number along a side of `length` pixels. */
function range(corners: Corners, length: number): readonly [number, number] {
  if (corners === 'pixels') return [0, length - 1];
  return [corners === 'edges' ? 0 : 1, length];
}

function toPixels({ x0, y0, x1, y1 }: Box, corners: Corners): Box {
  if (corners === 'pixels') return { x0, y0, x1, y1 };
  if (corners === 'edges') return { x0, y0, x1: x1 - 1, y1: y1 - 1 };
  return { x0: x0 - 1, y0: y0 - 1, x1: x1 - 1, y1: y1 - 1 };
}

/** Whether four numbers can be read in this way in an image of this size. */
function fits(box: Box, corners: Corners, { width, height }: Size): boolean {
  const [left, right] = range(corners, width);
  const [top, bottom] = range(corners, height);
  return box.x0 >= left && box.x1 <= right && box.y0 >= top && box.y1 <= bottom && !isEmpty(box, corners);
}

function isEmpty({ x0, y0, x1, y1 }: Box, corners: Corners): boolean {
  return corners === 'edges' ? x1 <= x0 || y1 <= y0 : x1 < x0 || y1 < y0;
}

const isFraction = (value: number) => value >= 0 && value <= 1;

/**
 * A box as written, in stored pixels.
 * @param annotated the size of the image that the box is of
 * @param where the file and the place of the box in it
 * @throws DataError: an empty or inverted box, one that is not within the image, or one in fractions of its sides
 */
export function boxOfCorners(
  box: Box,
  corners: Corners,
  annotated: Size,
  stored: Size,
  where: string,
): Pick<ObjectTruth, 'box' | 'annotated'> {
  const numbers = [box.x0, box.y0, box.x1, box.y1];
  const written = numbers.join(',');
  const size = `${annotated.width}x${annotated.height}`;
  if (numbers.every(isFraction) && !numbers.every(Number.isInteger)) {
    throw new DataError(`${where}: the box ${written} is in fractions of the picture; write pixels`);
  }
  if (isEmpty(box, corners)) {
    const means =
      corners === 'edges' ? 'as edges, xmax and ymax lie beyond xmin and ymin' : 'xmin ≤ xmax, ymin ≤ ymax';
    throw new DataError(`${where}: the box ${written} is empty (${means}); correct it, or leave it out`);
  }
  if (!fits(box, corners, annotated)) {
    const [left, right] = range(corners, annotated.width);
    const [top, bottom] = range(corners, annotated.height);
    const other = CORNERS.find((one) => fits(box, one, annotated));
    const advice =
      other === undefined ? 'correct it' : `if the file means ${WORDS[other]}, set dataset.corners: ${other}`;
    throw new DataError(
      `${where}: the box ${written} is not within the ${size} picture, whose ${WORDS[corners]} go from ${left},${top} to ${right},${bottom}; ${advice}`,
    );
  }
  const inside = boxInStoredPixels(toPixels(box, corners), annotated, stored);
  if (inside === undefined)
    throw new DataError(`${where}: the box ${written} is nothing in the ${size} picture`);
  return inside;
}
