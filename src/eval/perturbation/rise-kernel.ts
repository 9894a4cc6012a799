/** Side of the window in pixels, and σ: `gkern(11, 5)` of the code published with RISE. */
export const SIDE = 11;
const SIGMA = 5;
/** SciPy's `gaussian_filter` cuts its Gaussian off at 4σ. */
const REACH = 4 * SIGMA;

/** One axis of the kernel, which is the product of both: a delta's reflections lie 11 pixels apart. [SIDE] */
export function foldedGaussian(): Float64Array {
  const gaussian = (d: number) => (Math.abs(d) > REACH ? 0 : Math.exp(-(d * d) / (2 * SIGMA * SIGMA)));
  const folded = Float64Array.from({ length: SIDE }, (_, i) => {
    let sum = 0;
    for (let fold = -2; fold <= 2; fold++) sum += gaussian(i - (SIDE - 1) / 2 + fold * SIDE);
    return sum;
  });
  const total = folded.reduce((sum, weight) => sum + weight, 0);
  return folded.map((weight) => weight / total);
}
