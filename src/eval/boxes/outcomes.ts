/**
 * One measure's outcome for every image of a data set, at the image's position: 0, 1, or NOT_COUNTED. A byte an
 * image, so that tens of thousands of images times dozens of measures can be kept for the bootstrap.
 */
export type Outcomes = Uint8Array;

/** The image is not in the measure's denominator, or was not judged yet. */
export const NOT_COUNTED = 255;

/** Outcomes for `length` images, all of them not counted yet. */
export function emptyOutcomes(length: number): Outcomes {
  return new Uint8Array(length).fill(NOT_COUNTED);
}

/** How many outcomes are counted, and how many of these are 1. */
export function countOutcomes(outcomes: Outcomes): { readonly n: number; readonly ones: number } {
  let n = 0;
  let ones = 0;
  for (const outcome of outcomes) {
    if (outcome === NOT_COUNTED) continue;
    n++;
    ones += outcome;
  }
  return { n, ones };
}
