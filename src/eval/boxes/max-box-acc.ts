import { type Box, iou } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { Size } from '../../base/size.js';
import type { BinaryMask } from '../../base/threshold.js';
import { minMax } from '../maps/min-max.js';
import { contourBoxes } from './contour-boxes.js';

/**
 * Thresholds τ = level / 255 at which a map is cut, level 0 … 254; foreground is strictly above. The map has 8 bits,
 * so there are no other thresholds, and the published step of 0.001 visits each of them.
 */
export const LEVELS = 255;

/** IoU δ at which a box counts: V2 is their mean, V1 the middle one. */
export const BOX_IOUS = [0.3, 0.5, 0.7] as const;

/** Best IoU of an image's boxes with any ground-truth box at each level, [LEVELS] each; 0 without a box. */
export interface BestIous {
  /** Of the contour that encloses the largest area alone (V1). */
  readonly largest: Float64Array;
  /** Of any contour (V2). */
  readonly any: Float64Array;
}

/**
 * Best IoU at every threshold for the map of the ground-truth class. It follows the published evaluator of Choe et
 * al., "Evaluating Weakly Supervised Object Localization Methods Right" (CVPR 2020, and its extension for V2). Maps
 * are normalised by minimum and maximum and cut to 8 bits; regions are OpenCV's contours. Its boxes are one pixel
 * wider and higher than their contour, except at the image's border, and so they are here: its numbers are the
 * published ones.
 *
 * @param map already resized to the frame that the boxes are given in, 224 × 224 pixels in the publication
 * @param truth ground-truth boxes of the class in pixels of the map, inclusive
 */
export function bestIous(map: Heatmap, truth: readonly Box[]): BestIous {
  const { width, height } = map;
  const bits = Uint8Array.from(minMax(map), (value) => value * 255);
  const occurs = new Uint8Array(LEVELS + 1);
  for (const value of bits) occurs[value] = 1;
  const largest = new Float64Array(LEVELS);
  const any = new Float64Array(LEVELS);
  // The foreground only shrinks from level to level: the search keeps to the box of the level before.
  let frame: Box = { x0: 0, y0: 0, x1: width - 1, y1: height - 1 };
  for (let level = 0; level < LEVELS; level++) {
    if (level > 0 && occurs[level] === 0) {
      // No pixel falls away between the two levels.
      largest[level] = largest[level - 1]!;
      any[level] = any[level - 1]!;
      continue;
    }
    const boxes = contourBoxes(cut(bits, width, frame, level));
    if (boxes === undefined) break;
    const best = (box: Box) => bestIou(widened(box, frame, map), truth);
    largest[level] = best(boxes.largest);
    any[level] = boxes.all.reduce((most, box) => Math.max(most, best(box)), 0);
    frame = around(boxes.all, frame);
  }
  return { largest, any };
}

/** Foreground inside of the frame: strictly above the level. */
function cut(bits: Uint8Array, stride: number, { x0, y0, x1, y1 }: Box, level: number): BinaryMask {
  const width = x1 - x0 + 1;
  const height = y1 - y0 + 1;
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const from = (y0 + y) * stride + x0;
    for (let x = 0; x < width; x++) data[to++] = bits[from + x]! > level ? 1 : 0;
  }
  return { data, width, height };
}

/** From the frame to the map, and a pixel wider and higher. */
function widened({ x0, y0, x1, y1 }: Box, frame: Box, { width, height }: Size): Box {
  return {
    x0: x0 + frame.x0,
    y0: y0 + frame.y0,
    x1: Math.min(x1 + frame.x0 + 1, width - 1),
    y1: Math.min(y1 + frame.y0 + 1, height - 1),
  };
}

function bestIou(box: Box, truth: readonly Box[]): number {
  let best = 0;
  for (const one of truth) best = Math.max(best, iou(box, one));
  return best;
}

/** The box round all boxes of a frame, in pixels of the map. */
function around(boxes: readonly Box[], frame: Box): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
  for (const box of boxes) {
    x0 = Math.min(x0, box.x0);
    y0 = Math.min(y0, box.y0);
    x1 = Math.max(x1, box.x1);
    y1 = Math.max(y1, box.y1);
  }
  return { x0: x0 + frame.x0, y0: y0 + frame.y0, x1: x1 + frame.x0, y1: y1 + frame.y0 };
}

/** A ground-truth box in the map's frame as the published evaluator puts it there: coordinates scaled, then cut off. */
export function truncatedBox(box: Box, from: Size, to: Size): Box {
  const x = (value: number) => Math.trunc((value * to.width) / from.width);
  const y = (value: number) => Math.trunc((value * to.height) / from.height);
  return { x0: x(box.x0), y0: y(box.y0), x1: x(box.x1), y1: y(box.y1) };
}
