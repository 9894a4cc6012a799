import { foldedGaussian, SIDE } from './rise-kernel.js';

/**
 * A copy blurred as the images that RISE's insertion starts from (Petsiuk et al., BMVC 2018; `gkern` of evaluation.py
 * in github.com/eclique/RISE). Every channel is convolved with an 11 × 11 kernel, with zeros beyond the border.
 *
 * The kernel is `scipy.ndimage.gaussian_filter` of a single 1 in the middle of the window, σ = 5. SciPy reflects at
 * the window's borders, which folds a Gaussian's tails back inside. So the window sums to 1 and is flatter than a
 * Gaussian that is cut off. Window and σ are pixels of an input of any size, as published; there it is 224 × 224.
 *
 * @param image [channels, height, width] as the network is fed, whose 0 is the mean colour where the preprocessing subtracts one
 */
export function riseBlurred(image: Float32Array, height: number, width: number): Float32Array {
  const weights = foldedGaussian();
  const out = new Float32Array(image.length);
  const rows = new Float64Array(height * width);
  for (let start = 0; start < image.length; start += height * width) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        rows[y * width + x] = weighted(weights, image, start + y * width, 1, x, width);
      }
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        out[start + y * width + x] = weighted(weights, rows, x, width, y, height);
    }
  }
  return out;
}

/** The window round value `at` of a line of `length` values `step` apart; nothing lies beyond its ends. */
function weighted(
  weights: Float64Array,
  values: ArrayLike<number>,
  start: number,
  step: number,
  at: number,
  length: number,
): number {
  const first = at - (SIDE - 1) / 2;
  let sum = 0;
  for (let i = Math.max(0, -first); i < SIDE && first + i < length; i++) {
    sum += weights[i]! * values[start + (first + i) * step]!;
  }
  return sum;
}
