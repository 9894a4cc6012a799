import { seededRandom } from '../../base/random.js';
import { countOutcomes, NOT_COUNTED, type Outcomes } from '../boxes/outcomes.js';
import { drawBinomial, logFactorials } from './binomial.js';
import { type BootstrapOptions, DEFAULT_BOOTSTRAP, type Interval, quantile } from './bootstrap.js';

/**
 * The share of ones in per cent, with its percentile bootstrap interval over the counted images (Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
 *
 * Drawing n images with replacement and counting those whose outcome is 1 *is* drawing from Binomial(n, ones / n):
 * the draws are independent and each hits a one with that probability. So the count is drawn at once; the law is
 * that of image-by-image resampling, the images' order cannot matter, and 50,000 images cost as little as 50.
 *
 * @returns undefined when no image is counted
 */
export function bootstrapRate(
  outcomes: Outcomes,
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): Interval | undefined {
  const { n, ones } = countOutcomes(outcomes);
  if (n === 0) return undefined;
  const random = seededRandom(options.seed);
  const table = logFactorials(n);
  return interval(n, ones, options, () => drawBinomial(n, ones / n, table, random));
}

/**
 * The share of ones in `a` minus that in `b`, in percentage points, over the images that count in both. In its
 * percentile bootstrap interval both sides see the same resampled images.
 *
 * Resampling pairs is drawing from the multinomial of the pairs' kinds, (1,0), (0,1) and equal, since only these
 * counts enter the difference. A binomial gives the first kind, then one the second among the remaining images.
 *
 * @returns undefined when no image counts in both
 * @throws RangeError when the two are not of the same length, that is not over the same images
 */
export function pairedDifference(
  a: Outcomes,
  b: Outcomes,
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): Interval | undefined {
  if (a.length !== b.length) throw new RangeError(`outcomes of ${a.length} and of ${b.length} images`);
  const { n, onlyA, onlyB } = countPairs(a, b);
  if (n === 0) return undefined;
  const random = seededRandom(options.seed);
  const table = logFactorials(n);
  const shareOfB = onlyA < n ? onlyB / (n - onlyA) : 0;
  return interval(n, onlyA - onlyB, options, () => {
    const drawnA = drawBinomial(n, onlyA / n, table, random);
    return drawnA - drawBinomial(n - drawnA, shareOfB, table, random);
  });
}

function countPairs(a: Outcomes, b: Outcomes): { n: number; onlyA: number; onlyB: number } {
  let n = 0;
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === NOT_COUNTED || b[i] === NOT_COUNTED) continue;
    n++;
    if (a[i]! > b[i]!) onlyA++;
    else if (a[i]! < b[i]!) onlyB++;
  }
  return { n, onlyA, onlyB };
}

function interval(
  n: number,
  observed: number,
  { replicates, level }: BootstrapOptions,
  draw: () => number,
): Interval {
  const counts = Float64Array.from({ length: replicates }, draw).sort();
  const tail = (1 - level) / 2;
  const percent = (count: number) => (100 * count) / n;
  return {
    n,
    estimate: percent(observed),
    low: percent(quantile(counts, tail)),
    high: percent(quantile(counts, 1 - tail)),
  };
}
