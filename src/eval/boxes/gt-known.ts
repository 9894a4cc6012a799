import { type Box, iou } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { InputGeometry } from '../../images/geometry.js';
import { mapOnImage } from '../maps/map-on-image.js';

/** How well the map of a class finds the class's objects, independent of the network's guesses. */
export interface GtKnownMeasures {
  /** Best IoU of the map's box with a box of the class; 0 without a box. */
  readonly iou: number;
  /** Whether the map's maximum lies within a box of the class; a map without a positive value points nowhere. */
  readonly pointed: boolean;
  /** Share of the map's positive sum within the boxes, 0…1; 0 for an empty map. */
  readonly energy: number;
}

/**
 * @param map over the network's input
 * @param boxes of the class's objects, in pixels of the stored image
 * @param drawn the box that a box rule draws of the map, in the same pixels; undefined where it draws none
 */
export function gtKnownMeasures(
  map: Heatmap,
  geometry: InputGeometry,
  boxes: readonly Box[],
  drawn: Box | undefined,
): GtKnownMeasures {
  const { data, width } = mapOnImage(map, geometry);
  let [maximum, at, inside, all] = [0, -1, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!(value > 0)) continue;
    all += value;
    if (covers(boxes, i % width, Math.floor(i / width))) inside += value;
    if (value > maximum) [maximum, at] = [value, i];
  }
  return {
    iou: drawn === undefined ? 0 : Math.max(0, ...boxes.map((box) => iou(drawn, box))),
    pointed: at >= 0 && covers(boxes, at % width, Math.floor(at / width)),
    energy: all === 0 ? 0 : inside / all,
  };
}

function covers(boxes: readonly Box[], x: number, y: number): boolean {
  return boxes.some(({ x0, y0, x1, y1 }) => x >= x0 && x <= x1 && y >= y0 && y <= y1);
}
