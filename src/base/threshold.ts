import type { Heatmap } from './heatmap.js';
import type { Size } from './size.js';

export type Comparison = '>=' | '>';

/** Foreground (1) and background (0) of a map, row-major: `data[y * width + x]`. */
export interface BinaryMask extends Size {
  readonly data: Uint8Array;
}

/** Largest value of the map; -Infinity when it has no value. */
export function mapMaximum(map: Heatmap): number {
  let maximum = -Infinity;
  const { data } = map;
  for (let i = 0; i < data.length; i++) if (data[i]! > maximum) maximum = data[i]!;
  return maximum;
}

/**
 * Foreground = the pixels at or above (`>=`) or above (`>`) a fraction of the map's maximum. The map is
 * normalised by its maximum alone, never by its minimum (Grad-CAM paper, section 4.1: 15 % of the max intensity).
 *
 * A map without a positive value has no foreground: it points nowhere, although 0 >= 0.15 · 0 holds everywhere.
 *
 * @param fraction of the maximum, in [0, 1]
 */
export function thresholdMap(map: Heatmap, fraction = 0.15, comparison: Comparison = '>='): BinaryMask {
  const { data, width, height } = map;
  const foreground = new Uint8Array(data.length);
  const maximum = mapMaximum(map);
  if (maximum > 0) {
    const level = fraction * maximum;
    if (comparison === '>=') for (let i = 0; i < data.length; i++) foreground[i] = data[i]! >= level ? 1 : 0;
    else for (let i = 0; i < data.length; i++) foreground[i] = data[i]! > level ? 1 : 0;
  }
  return { data: foreground, width, height };
}
