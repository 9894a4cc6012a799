import type { Heatmap } from '../../base/heatmap.js';
import { type BinaryMask, type Comparison, mapMaximum } from '../../base/threshold.js';

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
