import type { Heatmap } from '../../base/heatmap.js';
import type { BinaryMask } from '../../base/threshold.js';

/** Where a map is strongest, in whole pixels, and how strong. */
export interface Peak {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/**
 * The map's largest value; of equal ones the first, row by row (`argmax`; the published code leaves it to PyTorch). A map
 * without a positive value points nowhere.
 */
export function peakOf({ data, width }: Heatmap): Peak | undefined {
  let [value, at] = [0, -1];
  for (let i = 0; i < data.length; i++) {
    if (data[i]! > value) [value, at] = [data[i]!, i];
  }
  return at < 0 ? undefined : { x: at % width, y: Math.floor(at / width), value };
}

/**
 * Whether a pixel of the mask lies less than `tolerance` pixels from the point: a strict comparison, as in TorchRay's
 * `PointingGame.evaluate`; a tolerance of 1 wants the point itself inside.
 *
 * @param point may lie between pixels: the centre of a 4 × 4 image is (2, 2), as TorchRay counts it
 */
export function hits(
  { data, width, height }: BinaryMask,
  { x, y }: Pick<Peak, 'x' | 'y'>,
  tolerance: number,
): boolean {
  const left = Math.max(0, Math.ceil(x - tolerance));
  const right = Math.min(width - 1, Math.floor(x + tolerance));
  const bottom = Math.min(height - 1, Math.floor(y + tolerance));
  for (let row = Math.max(0, Math.ceil(y - tolerance)); row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      if (data[row * width + column] !== 1) continue;
      if ((row - y) ** 2 + (column - x) ** 2 < tolerance * tolerance) return true;
    }
  }
  return false;
}

/** Pixels of the mask. */
export function maskArea({ data }: BinaryMask): number {
  let area = 0;
  for (const inside of data) area += inside;
  return area;
}

/**
 * Energy-based pointing (Wang et al., Score-CAM, 2020, section 4.3): the share of the map's positive sum that lies within
 * the mask, 0…1; 0 for a map without a positive value.
 */
export function energyInside({ data }: Heatmap, mask: BinaryMask): number {
  let [inside, all] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!(value > 0)) continue;
    all += value;
    if (mask.data[i] === 1) inside += value;
  }
  return all === 0 ? 0 : inside / all;
}
