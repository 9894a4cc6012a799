import type { Box } from '../../base/box.js';
import type { BinaryMask } from '../../base/threshold.js';
import { type Component, findComponents } from './components.js';
import { outerContourArea } from './outer-contour.js';

interface ContourBoxes {
  /**
   * Of the outer contour that encloses the largest area (`outerContourArea`); the last in raster order among equals,
   * which OpenCV lists first.
   */
  readonly largest: Box;
  /** Of all outer contours, then of the holes': there a contour runs over the foreground pixels round the hole. */
  readonly all: readonly Box[];
}

/**
 * Tight boxes of the contours that OpenCV's `findContours` finds with `RETR_TREE`: of 8-connected components and of
 * their 4-connected holes. Undefined for an empty mask.
 */
export function contourBoxes(mask: BinaryMask): ContourBoxes | undefined {
  const components = findComponents(mask);
  if (components.length === 0) return undefined;
  const all = components.map(({ box }) => box);
  return { largest: largest(mask, components), all: [...all, ...holes(mask)] };
}

function largest(mask: BinaryMask, components: readonly Component[]): Box {
  let best = components[0]!.box;
  let most = -1;
  for (const { box, firstX } of components) {
    // The area of a polygon through pixel centres is at most its box's.
    if ((box.x1 - box.x0) * (box.y1 - box.y0) < most) continue;
    const area = outerContourArea(mask, firstX, box.y0);
    if (area < most) continue;
    best = box;
    most = area;
  }
  return best;
}

function holes({ data, width, height }: BinaryMask): readonly Box[] {
  const background = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) background[i] = data[i] === 0 ? 1 : 0;
  return findComponents({ data: background, width, height }, 4)
    .filter(({ box }) => box.x0 > 0 && box.y0 > 0 && box.x1 < width - 1 && box.y1 < height - 1)
    .map(({ box: { x0, y0, x1, y1 } }) => ({ x0: x0 - 1, y0: y0 - 1, x1: x1 + 1, y1: y1 + 1 }));
}
