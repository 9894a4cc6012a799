import type { PointFilter } from './point-filter.js';

/** A kernel of so many points squared fills 64 MB. */
export const MOST_POINTS = 4096;

/**
 * The kernel written out for all pairs of points: exact, and quadratic in their number.
 * @throws RangeError beyond MOST_POINTS
 */
export function allPairs(features: Float32Array, dimensions: number): PointFilter {
  const points = features.length / dimensions;
  if (points > MOST_POINTS) throw new RangeError(`${points} points for all pairs, at most ${MOST_POINTS}`);
  const kernel = new Float32Array(points * points);
  for (let i = 0; i < points; i++) {
    for (let j = 0; j <= i; j++) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++) {
        distance += (features[i * dimensions + d]! - features[j * dimensions + d]!) ** 2;
      }
      kernel[i * points + j] = Math.exp(-distance / 2);
      kernel[j * points + i] = kernel[i * points + j]!;
    }
  }
  return (values, channels) => {
    const out = new Float32Array(values.length);
    const sums = new Float64Array(channels);
    for (let i = 0; i < points; i++) {
      sums.fill(0);
      for (let j = 0; j < points; j++) {
        const weight = kernel[i * points + j]!;
        for (let c = 0; c < channels; c++) sums[c]! += weight * values[j * channels + c]!;
      }
      out.set(sums, i * channels);
    }
    return out;
  };
}
