import type { BinaryMask } from '../../base/threshold.js';

/**
 * Squared Euclidean distance of every pixel to the nearest background pixel, centre to centre, in whole numbers;
 * 0 for background. What lies outside of the mask is no background.
 *
 * Two scans (Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms in linear time",
 * 2000): along the columns by counting, along the rows by the lower envelope of parabolas.
 *
 * @returns undefined when there is no background to be distant from
 */
export function squaredDistances(mask: BinaryMask): Int32Array | undefined {
  const { data, width, height } = mask;
  if (!data.includes(0)) return undefined;
  const out = columnDistances(mask);
  const row = new Int32Array(width);
  const vertex = new Int32Array(width);
  const from = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const offset = y * width;
    for (let x = 0; x < width; x++) row[x] = out[offset + x]! ** 2;
    let last = 0;
    vertex[0] = 0;
    from[0] = 0;
    for (let u = 1; u < width; u++) {
      while (last >= 0 && value(row, vertex[last]!, from[last]!) > value(row, u, from[last]!)) last--;
      if (last < 0) {
        last = 0;
        vertex[0] = u;
        continue;
      }
      const start = 1 + crossing(row, vertex[last]!, u);
      if (start >= width) continue;
      last++;
      vertex[last] = u;
      from[last] = start;
    }
    for (let u = width - 1; u >= 0; u--) {
      out[offset + u] = value(row, vertex[last]!, u);
      if (u === from[last]) last--;
    }
  }
  return out;
}

/** Steps to the nearest background in the same column; width + height, more than any way, where there is none. */
function columnDistances({ data, width, height }: BinaryMask): Int32Array {
  const out = new Int32Array(data.length);
  const far = width + height;
  for (let x = 0; x < width; x++) {
    let steps = far;
    for (let y = 0, i = x; y < height; y++, i += width) {
      steps = data[i] === 0 ? 0 : Math.min(far, steps + 1);
      out[i] = steps;
    }
    steps = far;
    for (let y = height - 1, i = y * width + x; y >= 0; y--, i -= width) {
      steps = Math.min(steps + 1, out[i]!);
      out[i] = steps;
    }
  }
  return out;
}

/** The parabola over `vertex`, at x. */
function value(row: Int32Array, vertex: number, x: number): number {
  return (x - vertex) ** 2 + row[vertex]!;
}

/** The last whole x at which the parabola over i is not above the one over u > i. */
function crossing(row: Int32Array, i: number, u: number): number {
  return Math.floor((u * u - i * i + row[u]! - row[i]!) / (2 * (u - i)));
}
