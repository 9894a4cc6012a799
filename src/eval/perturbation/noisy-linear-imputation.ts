import { seededRandom } from '../../base/random.js';

/** Direct neighbours weigh twice as much as diagonal ones. */
const SIDE = 1 / 6;
const CORNER = 1 / 12;

export interface Imputation {
  /** Standard deviation of the noise on imputed values, in the image's units. ROAD's code: 0.01. */
  readonly noise: number;
  readonly seed: number;
}

const ROAD_IMPUTATION: Imputation = { noise: 0.01, seed: 1 };

/**
 * Noisy linear imputation (Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods",
 * ICML 2022, section 4.2). Each missing pixel is the weighted mean of its eight neighbours, 1/6 at a side and 1/12 at
 * a corner, plus Gaussian noise. Neighbours outside of the image are left out, and the rest is scaled up. The known
 * pixels fix the solution of this linear system; the removed pixels' places can then not be read off the image.
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
      out[start + pixel] = solution[system.places[i]!]! + (noise > 0 ? noise * normal() : 0);
    });
  }
  return out;
}

/**
 * Vectors lie on the image's grid with a frame of one pixel, and are 0 at known values. Then every unknown has eight
 * neighbours, and the product with the matrix needs no list of them.
 */
interface LinearSystem {
  readonly width: number;
  /** Length of a row with its frame. */
  readonly stride: number;
  readonly length: number;
  /** The missing pixels, and their places on the framed grid. */
  readonly pixels: Uint32Array;
  readonly places: Uint32Array;
  /** Per missing pixel the sum of the weights inside of the image. */
  readonly diagonal: Float64Array;
}

function linearSystem(missing: Uint8Array, width: number): LinearSystem {
  const height = missing.length / width;
  const stride = width + 2;
  const length = stride * (height + 2);
  const place = (pixel: number) => (Math.floor(pixel / width) + 1) * stride + (pixel % width) + 1;
  const inside = new Float64Array(length);
  for (let pixel = 0; pixel < missing.length; pixel++) inside[place(pixel)] = 1;
  const pixels = Uint32Array.from([...missing.keys()].filter((pixel) => missing[pixel] !== 0));
  const places = pixels.map(place);
  const diagonal = Float64Array.from(places, (at) => weighted(inside, at, stride));
  return { width, stride, length, pixels, places, diagonal };
}

/** Weighted sum of the eight neighbours. */
function weighted(vector: Float64Array, at: number, stride: number): number {
  const above = at - stride;
  const below = at + stride;
  const sides = vector[at - 1]! + vector[at + 1]! + vector[above]! + vector[below]!;
  const corners = vector[above - 1]! + vector[above + 1]! + vector[below - 1]! + vector[below + 1]!;
  return SIDE * sides + CORNER * corners;
}

/** (D − W) u = b, b the weighted known neighbours. */
function solve(system: LinearSystem, channel: Float32Array): Float64Array {
  const { width, stride, length, places, diagonal } = system;
  const n = places.length;
  const known = new Float64Array(length);
  for (let i = 0; i < channel.length; i++) {
    known[(Math.floor(i / width) + 1) * stride + (i % width) + 1] = channel[i]!;
  }
  for (const at of places) known[at] = 0;
  const residual = Float64Array.from(places, (at) => weighted(known, at, stride));
  const solution = new Float64Array(length);
  const direction = new Float64Array(length);
  const product = new Float64Array(n);
  let rho = 0;
  let size = 0;
  for (let i = 0; i < n; i++) {
    const scaled = residual[i]! / diagonal[i]!;
    direction[places[i]!] = scaled;
    rho += residual[i]! * scaled;
    size += residual[i]! ** 2;
  }
  const target = 1e-12 * size;
  // In exact arithmetic n steps are enough; far fewer are needed.
  for (let step = 0; step < n && size > target; step++) {
    let curvature = 0;
    for (let i = 0; i < n; i++) {
      const at = places[i]!;
      const value = diagonal[i]! * direction[at]! - weighted(direction, at, stride);
      product[i] = value;
      curvature += direction[at]! * value;
    }
    const alpha = rho / curvature;
    let next = 0;
    size = 0;
    for (let i = 0; i < n; i++) {
      const at = places[i]!;
      solution[at]! += alpha * direction[at]!;
      const rest = residual[i]! - alpha * product[i]!;
      residual[i] = rest;
      next += (rest * rest) / diagonal[i]!;
      size += rest * rest;
    }
    const beta = next / rho;
    rho = next;
    for (let i = 0; i < n; i++) {
      const at = places[i]!;
      direction[at] = residual[i]! / diagonal[i]! + beta * direction[at]!;
    }
  }
  return solution;
}

/** Box and Muller's transform, one of the two numbers it gives. */
function gaussian(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
