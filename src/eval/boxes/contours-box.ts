import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import { type BinaryMask, mapMaximum } from '../../base/threshold.js';
import { squaredDistances } from '../maps/distance-transform.js';
import { findComponents } from './components.js';

/** The levels of the 8-bit map that CAM's localization experiment was run with (`ILSVRC_evaluate_bbox.m`). */
export const CAM_LEVELS = [20, 100, 110] as const;

/** A pixel stays when its distance to the background, scaled to a largest of 255 and rounded, is above 10. */
const LEAST_DEPTH = 10.5 / 255;

/** No box comes nearer to the right and the lower border than this; to the left and the upper one it may. */
const MARGIN = 5;

/**
 * The box rule that the authors of CAM released (`bboxgenerator/dt_box.cpp`). The map becomes 8 bits of its maximum.
 * At each level the pixels above it lose the thin outer 4 % of their largest depth, which takes specks and whiskers
 * away. Of all 8-connected regions at all levels, the one with the largest bounding box counts. The program goes on
 * to list smaller boxes and to drop those that overlap; its evaluation reads the first one.
 *
 * @param levels of 0…255
 * @returns undefined for a map without positive values
 */
export function contoursBox(map: Heatmap, levels: readonly number[] = CAM_LEVELS): Box | undefined {
  const bytes = eightBits(map);
  if (bytes === undefined) return undefined;
  const { width, height } = map;
  let best: Box | undefined;
  let bestArea = 0;
  for (const level of levels) {
    const mask = { data: new Uint8Array(bytes.length), width, height };
    for (let i = 0; i < bytes.length; i++) mask.data[i] = bytes[i]! > level ? 1 : 0;
    // Stripping makes no region larger: most levels after the first need not be looked at.
    if (!findComponents(mask, 8).some(({ box }) => areaWithin(box, map) > bestArea)) continue;
    for (const { box } of findComponents(stripped(mask), 8)) {
      const area = areaWithin(box, map);
      if (area <= bestArea) continue;
      best = cutOff(box, map);
      bestArea = area;
    }
  }
  return best;
}

/** The box without what lies in the margin. */
function cutOff(box: Box, { width, height }: Heatmap): Box {
  return { ...box, x1: Math.min(box.x1, width - MARGIN - 1), y1: Math.min(box.y1, height - MARGIN - 1) };
}

/** Its area without the margin, 0 when nothing is left. */
function areaWithin(box: Box, map: Heatmap): number {
  const { x0, y0, x1, y1 } = cutOff(box, map);
  return Math.max(0, x1 - x0 + 1) * Math.max(0, y1 - y0 + 1);
}

/** round(255 · map / max), negative values 0: what an image file keeps of the map. */
function eightBits(map: Heatmap): Uint8Array | undefined {
  const maximum = mapMaximum(map);
  if (!(maximum > 0)) return undefined;
  const { data } = map;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.floor((255 * Math.max(0, data[i]!)) / maximum + 0.5);
  return bytes;
}

/** The mask without its outer rim. A mask without background stays as it is. */
function stripped(mask: BinaryMask): BinaryMask {
  const squared = squaredDistances(mask);
  if (squared === undefined) return mask;
  let deepest = 0;
  for (let i = 0; i < squared.length; i++) if (squared[i]! > deepest) deepest = squared[i]!;
  const least = LEAST_DEPTH * LEAST_DEPTH * deepest;
  const data = new Uint8Array(squared.length);
  for (let i = 0; i < squared.length; i++) data[i] = mask.data[i] === 1 && squared[i]! >= least ? 1 : 0;
  return { ...mask, data };
}
