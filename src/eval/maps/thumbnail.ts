import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';

/** Side of the small maps that a record keeps for a figure. */
export const THUMBNAIL_SIDE = 14;

/** A map small enough for the journal: 14 × 14, two digits each, 99 its maximum; negative values are 0. */
export function thumbnail(map: Heatmap): string {
  const { data } = resizeMap(map, { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE });
  const maximum = data.reduce((most, value) => Math.max(most, value), 0);
  return Array.from(data, (value) => {
    const share = maximum > 0 ? Math.max(0, value) / maximum : 0;
    return String(Math.round(99 * share)).padStart(2, '0');
  }).join('');
}

/** Row by row, 0…99. */
export function thumbnailValues(text: string): readonly number[] {
  return Array.from({ length: text.length / 2 }, (_, i) => Number(text.slice(2 * i, 2 * i + 2)));
}
