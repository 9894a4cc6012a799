import { seededRandom } from '../../base/random.js';

export interface BootstrapOptions {
  /** Default 1000. */
  readonly replicates: number;
  /** Default 1. */
  readonly seed: number;
  /** Coverage of the interval, in (0, 1). Default 0.95. */
  readonly level: number;
}

export const DEFAULT_BOOTSTRAP: BootstrapOptions = { replicates: 1000, seed: 1, level: 0.95 };

/** An estimate with its percentile bootstrap interval, in the statistic's own unit (for a rate: per cent, or points of it). */
export interface Interval {
  /** Images that were resampled, which are those in the denominator. */
  readonly n: number;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap over images of any statistic (Efron and Tibshirani 1993, chapter 13): n images are drawn with
 * replacement, and the statistic is computed from how often each was drawn. The draws depend on n and the seed alone,
 * so two statistics of the same images see the same resamples: their differences may be bootstrapped by one call.
 *
 * @param n number of images
 * @param statistic of the images weighted by `counts` [n]; NaN where it has no value (such replicates are left out)
 * @returns undefined when there is no image, or the statistic of all of them, each once, is NaN
 */
export function bootstrap(
  n: number,
  statistic: (counts: Uint32Array) => number,
  { replicates, seed, level }: BootstrapOptions = DEFAULT_BOOTSTRAP,
): Interval | undefined {
  const estimate = n === 0 ? Number.NaN : statistic(new Uint32Array(n).fill(1));
  if (Number.isNaN(estimate)) return undefined;
  const sorted = resampled(n, statistic, { replicates, seed });
  const tail = (1 - level) / 2;
  if (sorted.length === 0) return { n, estimate, low: estimate, high: estimate };
  return { n, estimate, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/**
 * The statistic of each resample, ascending; those without a value are left out.
 *
 * @param statistic of the images weighted by `counts` [n], which the next resample overwrites; NaN: no value
 */
export function resampled(
  n: number,
  statistic: (counts: Uint32Array) => number,
  { replicates, seed }: Pick<BootstrapOptions, 'replicates' | 'seed'>,
): Float64Array {
  const counts = new Uint32Array(n);
  const random = seededRandom(seed);
  const values: number[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[Math.floor(random() * n)]!++;
    const value = statistic(counts);
    if (!Number.isNaN(value)) values.push(value);
  }
  return Float64Array.from(values).sort();
}

/** The mean of one value an image with its interval; NaN marks an image without a value. */
export function bootstrapMean(
  values: ArrayLike<number>,
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): Interval | undefined {
  const counted = Array.from(values).filter((value) => !Number.isNaN(value));
  return bootstrap(
    counted.length,
    (counts) => {
      let sum = 0;
      for (let i = 0; i < counted.length; i++) sum += counts[i]! * counted[i]!;
      return sum / counted.length;
    },
    options,
  );
}

/** Quantile of sorted values, interpolated linearly between neighbours (Hyndman and Fan's type 7, numpy's default). */
export function quantile(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const floor = Math.floor(position);
  const lower = sorted[floor]!;
  const upper = sorted[Math.min(sorted.length - 1, floor + 1)]!;
  return lower + (position - floor) * (upper - lower);
}
