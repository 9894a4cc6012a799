import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';

/**
 * One tight box round everything above α times the map's mean, connected or not. It is the box of excitation
 * backprop's localization experiment (Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016,
 * section 4.2).
 *
 * @param alpha at least 0; searched there from 0 to 10 by 0.5
 * @returns undefined for a map without positive values, or when α leaves nothing
 */
export function meanBox({ data, width, height }: Heatmap, alpha: number): Box | undefined {
  let sum = 0;
  let max = 0;
  for (const value of data) {
    sum += value;
    if (value > max) max = value;
  }
  if (max <= 0) return undefined;
  const threshold = (alpha * sum) / data.length;
  let [x0, y0, x1, y1] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(data[y * width + x]! > threshold)) continue;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      y1 = y;
    }
  }
  return x1 < 0 ? undefined : { x0, y0, x1, y1 };
}
