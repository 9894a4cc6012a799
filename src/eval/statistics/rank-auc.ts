import { averageRanks } from './rank-correlation.js';

/**
 * Area under the ROC curve in [0, 1] of a value as predictor of a presence. It is the chance that an image with the
 * concept has a larger value than one without it; equal values count half (Mann and Whitney's U / n₁n₀).
 *
 * @returns undefined when all or none have it
 * @throws RangeError when the two differ in length, or a value is NaN
 */
export function rankAuc(values: ArrayLike<number>, present: ArrayLike<number | boolean>): number | undefined {
  if (values.length !== present.length) throw new RangeError(`${values.length} and ${present.length} images`);
  const ranks = averageRanks(values);
  return aucOfRanks(ranks, present);
}

/** The same from ranks (`averageRanks`), so that many concepts share one sort. */
export function aucOfRanks(ranks: Float64Array, present: ArrayLike<number | boolean>): number | undefined {
  let positives = 0;
  let sum = 0;
  for (let i = 0; i < ranks.length; i++) {
    if (!present[i]) continue;
    positives++;
    sum += ranks[i]!;
  }
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
