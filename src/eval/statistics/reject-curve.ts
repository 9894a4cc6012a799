import { type BootstrapOptions, bootstrap, type Interval, quantile } from './bootstrap.js';

/*
 * The Grad-CAM paper's variant of the pointing game ("Pointing Game"): the network's five best guesses, each of which may be
 * rejected.
 */

/** A guess as one method's map shows it. */
export interface RejectableGuess {
  readonly present: boolean;
  /** The map's largest value, not normalised: what the threshold is compared with. */
  readonly peak: number;
  /** Whether the peak hits an object of the class. */
  readonly hit: boolean;
}

export interface RejectPoint {
  /** A guess whose peak lies below is rejected; in the map's own unit. */
  readonly threshold: number;
  /** Share of the guesses that are rejected, in %. */
  readonly rejected: number;
  /** Share of the guesses that are right, in %. */
  readonly accuracy: Interval;
}

/** Number of steps: a threshold at every 5 % of the guesses. */
const STEPS = 20;

/**
 * For a class in the image, a guess is right when its map is not rejected and the peak hits an object of the class.
 * For a class that is not in the image, it is right when its map is rejected. Everything else is wrong: a present
 * class rejected or missed, an absent class kept. The accuracy is the share of right guesses among all, of all images
 * together.
 *
 * The paper does not publish its threshold, and a raw map has no natural scale. So thresholds are the quantiles of the
 * method's own peaks over all guesses, from none rejected (the smallest peak) to all (infinity).
 *
 * @param images the guesses of each image
 * @returns 21 points, none without a guess
 */
export function rejectCurve(
  images: readonly (readonly RejectableGuess[])[],
  options: BootstrapOptions,
): readonly RejectPoint[] {
  const counted = images.filter(({ length }) => length > 0);
  const peaks = Float64Array.from(counted.flatMap((image) => image.map(({ peak }) => peak))).sort();
  if (peaks.length === 0) return [];
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const threshold = step === STEPS ? Number.POSITIVE_INFINITY : quantile(peaks, step / STEPS);
    const right = counted.map((image) => image.filter((one) => isRight(one, threshold)).length);
    const accuracy = bootstrap(
      counted.length,
      (drawn) => {
        let [ok, all] = [0, 0];
        for (let i = 0; i < counted.length; i++) {
          ok += drawn[i]! * right[i]!;
          all += drawn[i]! * counted[i]!.length;
        }
        return (100 * ok) / all;
      },
      options,
    )!;
    const below = peaks.findIndex((peak) => peak >= threshold);
    return { threshold, rejected: (100 * (below < 0 ? peaks.length : below)) / peaks.length, accuracy };
  });
}

function isRight({ present, peak, hit }: RejectableGuess, threshold: number): boolean {
  return peak < threshold ? !present : present && hit;
}

/** The point with the highest accuracy, of equal ones the first: an optimistic number, chosen on the data it is of. */
export function bestPoint(curve: readonly RejectPoint[]): RejectPoint | undefined {
  return curve.reduce<RejectPoint | undefined>(
    (best, point) => (best !== undefined && best.accuracy.estimate >= point.accuracy.estimate ? best : point),
    undefined,
  );
}
