import type { RgbImage } from '../../images/rgb-image.js';
import { permutohedral } from './permutohedral.js';
import type { MakeFilter, PointFilter } from './point-filter.js';

/** A dense CRF's two kernels; positions in pixels of the picture, colours in 0…255. */
export interface CrfParameters {
  readonly iterations: number;
  /** Position and colour, the appearance kernel: w⁽¹⁾, θ_α and θ_β. */
  readonly bilateral: { readonly weight: number; readonly position: number; readonly color: number };
  /** Position alone, the smoothness kernel: w⁽²⁾ and θ_γ. */
  readonly gaussian: { readonly weight: number; readonly position: number };
}

/** SEC's at test, for pictures at full scale. */
export const SEC_CRF: CrfParameters = {
  iterations: 10,
  bilateral: { weight: 10, position: 80, color: 13 },
  gaussian: { weight: 3, position: 3 },
};

/** The same for a picture `factor` times as large. SEC trains at 41 × 41 with 1/12 of what it tests with. */
export function scaledCrf({ iterations, bilateral, gaussian }: CrfParameters, factor: number): CrfParameters {
  return {
    iterations,
    bilateral: { ...bilateral, position: bilateral.position * factor },
    gaussian: { ...gaussian, position: gaussian.position * factor },
  };
}

/**
 * Mean-field inference in a fully connected CRF (Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with
 * Gaussian Edge Potentials", NeurIPS 2011, equations 1 to 5 and algorithm 1) with Potts compatibility μ(l, l') = [l ≠ l']:
 *
 *   k⁽¹⁾(i, j) = exp(−|p_i − p_j|² / 2θ_α² − |I_i − I_j|² / 2θ_β²),  k⁽²⁾(i, j) = exp(−|p_i − p_j|² / 2θ_γ²)
 *   Q_i(l) ∝ exp(−ψ_i(l) + Σ_m w⁽ᵐ⁾ Σ_j k̂⁽ᵐ⁾(i, j) Q_j(l)),  k̂(i, j) = k(i, j) / √(Σ_n k(i, n) · Σ_n k(j, n))
 *
 * Potts' Σ_{l' ≠ l} is 1 − Q_j(l), and what is the same for all labels drops out. The normalised k̂ is not in the paper: the
 * authors' released code (of their ICML 2013 paper) has it by default, and with it pydensecrf and SEC's. As there, j = i is
 * in the sum, and Q starts as the softmax of −ψ.
 *
 * @param unary ψ [labels, height · width], energies: −log of a probability, or the negative of a score
 * @param filter how Σ_j is computed: `allPairs`, exact, or `permutohedral`, for any size
 * @returns Q [labels, height · width], each pixel's adding up to 1
 * @throws RangeError when `unary` does not fit the picture, or the filter refuses it
 */
export function denseCrf(
  unary: Float32Array,
  image: RgbImage,
  { iterations, bilateral, gaussian }: CrfParameters = SEC_CRF,
  filter: MakeFilter = permutohedral,
): Float32Array {
  const pixels = image.width * image.height;
  const labels = unary.length / pixels;
  if (!Number.isInteger(labels) || labels < 1) {
    throw new RangeError(`${unary.length} energies for ${image.width} × ${image.height} pixels`);
  }
  const kernels = [
    { weight: bilateral.weight, apply: normalised(filter(bilateralFeatures(image, bilateral), 5), pixels) },
    { weight: gaussian.weight, apply: normalised(filter(positions(image, gaussian.position), 2), pixels) },
  ];
  const energies = transposed(unary, labels, pixels);
  let q = softmaxRows(
    energies.map((energy) => -energy),
    labels,
  );
  for (let iteration = 0; iteration < iterations; iteration++) {
    const next = energies.map((energy) => -energy);
    for (const { weight, apply } of kernels) {
      const message = apply(q, labels);
      for (let i = 0; i < next.length; i++) next[i]! += weight * message[i]!;
    }
    q = softmaxRows(next, labels);
  }
  return transposed(q, pixels, labels);
}

/** D^−½ K D^−½ with D the row sums of K. */
function normalised(filter: PointFilter, points: number): PointFilter {
  const factors = filter(new Float32Array(points).fill(1), 1).map((sum) => 1 / Math.sqrt(sum + 1e-20));
  const scaled = (values: Float32Array, channels: number) => {
    const out = new Float32Array(values.length);
    for (let point = 0, i = 0; point < points; point++) {
      const factor = factors[point]!;
      for (const end = i + channels; i < end; i++) out[i] = values[i]! * factor;
    }
    return out;
  };
  return (values, channels) => scaled(filter(scaled(values, channels), channels), channels);
}

function positions({ width, height }: RgbImage, deviation: number): Float32Array {
  const features = new Float32Array(width * height * 2);
  for (let i = 0; i < width * height; i++) {
    features[2 * i] = (i % width) / deviation;
    features[2 * i + 1] = Math.floor(i / width) / deviation;
  }
  return features;
}

function bilateralFeatures(image: RgbImage, deviation: CrfParameters['bilateral']): Float32Array {
  const places = positions(image, deviation.position);
  const features = new Float32Array(image.width * image.height * 5);
  for (let i = 0; i < image.width * image.height; i++) {
    features.set(places.subarray(2 * i, 2 * i + 2), 5 * i);
    for (let c = 0; c < 3; c++) features[5 * i + 2 + c] = image.data[3 * i + c]! / deviation.color;
  }
  return features;
}

/** [rows, columns] → [columns, rows]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  }
  return out;
}

/** Softmax of each row of `size`, in place. */
function softmaxRows(values: Float32Array, size: number): Float32Array {
  for (let start = 0; start < values.length; start += size) {
    let most = -Infinity;
    for (let i = start; i < start + size; i++) most = Math.max(most, values[i]!);
    let sum = 0;
    for (let i = start; i < start + size; i++) {
      values[i] = Math.exp(values[i]! - most);
      sum += values[i]!;
    }
    for (let i = start; i < start + size; i++) values[i]! /= sum;
  }
  return values;
}
