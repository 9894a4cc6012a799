import type { Heatmap } from '../base/heatmap.js';
import { resizeMap } from '../base/resize-map.js';
import type { Size } from '../base/size.js';
import type { MapOver } from './spec.js';

/** What a map is divided by: its maximum, or its largest absolute value when it is signed; 0 when it has neither. */
export function mapExtreme({ heat, signed = false }: Pick<MapOver, 'heat' | 'signed'>): number {
  return heat.data.reduce((most, value) => Math.max(most, signed ? Math.abs(value) : value), 0);
}

/**
 * A map as shares of its extreme, at the size at which it is drawn: [height, width] in 0…1, or −1…1 when it is signed; a map
 * that is made smaller is averaged first, so that no point of a sparse one falls between two pixels.
 */
export function mapShares(map: MapOver, size: Size): Heatmap {
  const shown = resizeMap(averaged(map.heat, size), size, map.upsampling);
  const extreme = mapExtreme({ heat: shown, signed: map.signed });
  const least = map.signed ? -1 : 0;
  const data = shown.data.map((value) => (extreme > 0 ? Math.max(least, value / extreme) : 0));
  return { ...shown, data };
}

/** Means of whole blocks of pixels, as large as they may be without going below `size`. */
function averaged(heat: Heatmap, size: Size): Heatmap {
  const across = Math.max(1, Math.floor(heat.width / size.width));
  const down = Math.max(1, Math.floor(heat.height / size.height));
  if (across * down === 1) return heat;
  const [width, height] = [Math.ceil(heat.width / across), Math.ceil(heat.height / down)];
  const [sums, counts] = [new Float32Array(width * height), new Float32Array(width * height)];
  heat.data.forEach((value, i) => {
    const [x, y] = [i % heat.width, Math.floor(i / heat.width)];
    const at = Math.floor(y / down) * width + Math.floor(x / across);
    sums[at]! += value;
    counts[at]! += 1;
  });
  return { data: sums.map((sum, at) => sum / counts[at]!), width, height };
}
