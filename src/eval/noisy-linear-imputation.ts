import { seededRandom } from './random.js';

/** Direct neighbours weigh twice as much as diagonal ones. */
const WEIGHTS = [
  [-1, -1, 1 / 12],
  [0, -1, 1 / 6],
  [1, -1, 1 / 12],
  [-1, 0, 1 / 6],
  [1, 0, 1 / 6],
  [-1, 1, 1 / 12],
  [0, 1, 1 / 6],
  [1, 1, 1 / 12],
] as const;

export interface Imputation {
  /** Standard deviation of the noise on imputed values, in the image's units. ROAD's code: 0.01. */
  readonly noise: number;
  readonly seed: number;
}

export const ROAD_IMPUTATION: Imputation = { noise: 0.01, seed: 1 };

/**
 * Noisy linear imputation (Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods",
 * ICML 2022, section 4.2): each missing pixel is the weighted mean of its eight neighbours, 1/6 at a side and 1/12 at a
 * corner (those outside of the image left out, the rest scaled up), plus Gaussian noise. The known pixels fix the
 * solution of this linear system; the removed pixels' places can then not be read off the image.
 *
 * The system is symmetric and positive definite; it is solved by conjugate gradients with the diagonal as
 * preconditioner, until the residual is 1e-6 of the right side.
 *
 * @param image [channels, height, width]
 * @param missing [height, width]: 1 where the pixel is to be imputed
 * @returns a copy; without a known pixel all values are 0 plus noise, where the system has no solution of its own
 */
export function imputeLinearly(
  image: Float32Array,
  missing: Uint8Array,
  width: number,
  { noise, seed }: Imputation = ROAD_IMPUTATION,
): Float32Array {
  const area = missing.length;
  if (area === 0 || image.length % area !== 0 || area % width !== 0) {
    throw new RangeError(`${image.length} values, ${area} pixels, rows of ${width}`);
  }
  const system = linearSystem(missing, width);
  const normal = gaussian(seed);
  const out = image.slice();
  for (let start = 0; start < image.length; start += area) {
    const solution = solve(system, image.subarray(start, start + area));
    system.pixels.forEach((pixel, i) => {
      out[start + pixel] = solution[i]! + (noise > 0 ? noise * normal() : 0);
    });
  }
  return out;
}

interface LinearSystem {
  /** The missing pixels; the unknowns. */
  readonly pixels: Uint32Array;
  /** [unknowns, 8]: the neighbouring unknown, or −1. */
  readonly unknown: Int32Array;
  /** [unknowns, 8]: the neighbouring known pixel, or −1. */
  readonly known: Int32Array;
  /** Sum of the weights inside of the image. */
  readonly diagonal: Float64Array;
}

function linearSystem(missing: Uint8Array, width: number): LinearSystem {
  const height = missing.length / width;
  const pixels = Uint32Array.from([...missing.keys()].filter((pixel) => missing[pixel] !== 0));
  const index = new Int32Array(missing.length).fill(-1);
  pixels.forEach((pixel, i) => {
    index[pixel] = i;
  });
  const unknown = new Int32Array(8 * pixels.length).fill(-1);
  const known = new Int32Array(8 * pixels.length).fill(-1);
  const diagonal = new Float64Array(pixels.length);
  pixels.forEach((pixel, i) => {
    WEIGHTS.forEach(([dx, dy, weight], n) => {
      const [x, y] = [(pixel % width) + dx, Math.floor(pixel / width) + dy];
      if (x < 0 || y < 0 || x >= width || y >= height) return;
      diagonal[i]! += weight;
      const neighbour = y * width + x;
      if (missing[neighbour] === 0) known[8 * i + n] = neighbour;
      else unknown[8 * i + n] = index[neighbour]!;
    });
  });
  return { pixels, unknown, known, diagonal };
}

/** (D − W) u = b, b the weighted known neighbours. */
function solve({ pixels, unknown, known, diagonal }: LinearSystem, channel: Float32Array): Float64Array {
  const n = pixels.length;
  const residual = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 8; j++) {
      const at = known[8 * i + j]!;
      if (at >= 0) residual[i]! += WEIGHTS[j]![2] * channel[at]!;
    }
  }
  const solution = new Float64Array(n);
  const target = 1e-12 * dot(residual, residual);
  const scaled = residual.map((value, i) => value / diagonal[i]!);
  const direction = scaled.slice();
  const product = new Float64Array(n);
  let rho = dot(residual, scaled);
  // In exact arithmetic n steps are enough; far fewer are needed.
  for (let step = 0; step < n && dot(residual, residual) > target; step++) {
    multiply(unknown, diagonal, direction, product);
    const alpha = rho / dot(direction, product);
    for (let i = 0; i < n; i++) {
      solution[i]! += alpha * direction[i]!;
      residual[i]! -= alpha * product[i]!;
      scaled[i] = residual[i]! / diagonal[i]!;
    }
    const next = dot(residual, scaled);
    const beta = next / rho;
    rho = next;
    for (let i = 0; i < n; i++) direction[i] = scaled[i]! + beta * direction[i]!;
  }
  return solution;
}

function multiply(
  unknown: Int32Array,
  diagonal: Float64Array,
  vector: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < vector.length; i++) {
    let sum = diagonal[i]! * vector[i]!;
    for (let j = 0; j < 8; j++) {
      const at = unknown[8 * i + j]!;
      if (at >= 0) sum -= WEIGHTS[j]![2] * vector[at]!;
    }
    out[i] = sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Box and Muller's transform, one of the two numbers it gives. */
function gaussian(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
