import type { Heatmap } from '../../base/heatmap.js';
import { minMax } from '../maps/min-max.js';

/** Number of bins of a pixel histogram: [0, 0.001), …, [0.999, 1), then exactly 1. */
export const PXAP_BINS = 1001;
const STEP = 0.001;

/** Pixels by their normalised value, [PXAP_BINS] each. Histograms of parts of a data set add up to the whole's. */
export interface PixelCounts {
  /** Of the object. */
  readonly positive: Uint32Array;
  /** Of everything else that is not ignored. */
  readonly negative: Uint32Array;
}

/**
 * One image's histogram: the map min-max normalised, pixels to be ignored skipped.
 *
 * @param map already resized to the mask's grid
 * @param truth [height · width] of the same grid: 1 object, 0 background, anything else ignored
 * @throws RangeError when the two differ in size
 */
export function pixelCounts(map: Heatmap, truth: Uint8Array): PixelCounts {
  if (map.data.length !== truth.length) {
    throw new RangeError(`a map of ${map.data.length} pixels for a mask of ${truth.length}`);
  }
  const positive = new Uint32Array(PXAP_BINS);
  const negative = new Uint32Array(PXAP_BINS);
  const values = minMax(map);
  for (let i = 0; i < values.length; i++) {
    if (truth[i] === 1) positive[binOf(values[i]!)]!++;
    else if (truth[i] === 0) negative[binOf(values[i]!)]!++;
  }
  return { positive, negative };
}

/** The last bin whose left edge, a multiple of the step as floating point has it, is not above the value. */
function binOf(value: number): number {
  const guess = Math.floor(value / STEP);
  if ((guess + 1) * STEP <= value) return guess + 1;
  return guess * STEP <= value ? guess : guess - 1;
}

/** PxAP over images that come one by one. Two histograms are kept for any number of images. */
export class PxApEvaluator {
  readonly #positive = new Float64Array(PXAP_BINS);
  readonly #negative = new Float64Array(PXAP_BINS);

  /** Adds an image's histogram, or what another evaluator counted. */
  accumulate({ positive, negative }: { positive: ArrayLike<number>; negative: ArrayLike<number> }): void {
    for (let bin = 0; bin < PXAP_BINS; bin++) {
      this.#positive[bin]! += positive[bin]!;
      this.#negative[bin]! += negative[bin]!;
    }
  }

  counts(): { readonly positive: Float64Array; readonly negative: Float64Array } {
    return { positive: this.#positive.slice(), negative: this.#negative.slice() };
  }

  /** In per cent; undefined when no pixel of an object was seen. */
  compute(): number | undefined {
    return averagePixelPrecision(this.#positive, this.#negative);
  }
}

/**
 * Area under the precision-recall curve of pixels, Σ precision(τ) · Δrecall(τ) from the highest τ down, in per cent.
 * It is the PxAP of Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right" (CVPR 2020),
 * section 4.2.
 *
 * @param positive pixels of objects by rising threshold, in bins
 * @param negative pixels of the rest, in the same bins
 * @returns undefined when there is no positive pixel
 */
export function averagePixelPrecision(
  positive: ArrayLike<number>,
  negative: ArrayLike<number>,
): number | undefined {
  let objects = 0;
  for (let bin = 0; bin < positive.length; bin++) objects += positive[bin]!;
  if (objects === 0) return undefined;
  let area = 0;
  let hits = 0;
  let pixels = 0;
  for (let bin = positive.length - 1; bin >= 0; bin--) {
    hits += positive[bin]!;
    pixels += positive[bin]! + negative[bin]!;
    if (positive[bin]! > 0) area += (hits / pixels) * positive[bin]!;
  }
  return (100 * area) / objects;
}
