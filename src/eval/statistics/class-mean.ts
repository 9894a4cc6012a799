import { type BootstrapOptions, type Interval, quantile, resampled } from './bootstrap.js';

/** The classes that a mean is over, and what each of them is worth. */
export interface ClassedImages {
  /** Number of images. */
  readonly n: number;
  /** Of each class, how many of the images have it, [classes]. */
  readonly images: readonly number[];
  /**
   * The value of each class over the images weighted by `counts` [n], [classes]; NaN for a class that they do not have.
   * For the difference of two methods: the classes' differences, over the classes that both have.
   */
  readonly valuesOf: (counts: Uint32Array) => ArrayLike<number>;
  /** Least and largest possible mean; the interval does not leave them. */
  readonly range: readonly [number, number];
}

/**
 * The mean over classes, in the unit of their values, with a bootstrap interval over images in which **the set of classes is that of the estimate**. A
 * plain bootstrap of the mean would be lifted by each resample that lacks a class with a low value, and moved by any other.
 *
 * The moves of the classes are resampled. In a resample, a class that it has moves from its estimate v to v*, and the
 * mean moves by
 *
 *     the mean of √(m / (m − 1)) · (v* − v) over the classes that the resample has and that m ≥ 2 images have.
 *
 * So a class that the resample lacks moves as the others do on average. So does one with a single image, of whose spread a
 * resample says nothing. The variance of a mean of m resampled images is (m − 1) / m of what it should be. The root makes up
 * for that (Rao and Wu, "Resampling inference with complex survey data", JASA 1988, within each stratum).
 *
 * The interval is the estimate plus the quantiles of these moves, counted from their own mean. Resamples of a quotient of
 * sums, as IoU is one, lie to one side of the estimate: it lies to that side of the truth itself, and the truth to the other.
 * How often these intervals and others cover the truth is in docs/measurements/intervals.md.
 *
 * @returns undefined when no image has a class; a point when no class has two images
 */
export function bootstrapClassMean(
  { n, images, valuesOf, range: [least, largest] }: ClassedImages,
  options: BootstrapOptions,
): Interval | undefined {
  const own = Array.from(valuesOf(new Uint32Array(n).fill(1)));
  const classes = [...own.keys()].filter((k) => !Number.isNaN(own[k]));
  if (classes.length === 0) return undefined;
  const estimate = classes.reduce((sum, k) => sum + own[k]!, 0) / classes.length;
  const moving = classes.filter((k) => images[k]! >= 2);
  const scale = images.map((m) => Math.sqrt(m / (m - 1)));
  const move = (counts: Uint32Array) => {
    const values = valuesOf(counts);
    let [sum, present] = [0, 0];
    for (const k of moving) {
      const moved = values[k]! - own[k]!;
      if (Number.isNaN(moved)) continue;
      sum += scale[k]! * moved;
      present++;
    }
    return sum / present;
  };
  const moves = moving.length === 0 ? new Float64Array(0) : resampled(n, move, options);
  if (moves.length === 0) return { n, estimate, low: estimate, high: estimate };
  const middle = moves.reduce((sum, one) => sum + one, 0) / moves.length;
  const tail = (1 - options.level) / 2;
  const end = (probability: number) =>
    Math.min(largest, Math.max(least, estimate + quantile(moves, probability) - middle));
  return { n, estimate, low: end(tail), high: end(1 - tail) };
}
