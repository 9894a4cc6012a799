import type { Size } from '../datasets/sample.js';
import type { RgbImage } from './rgb-image.js';

/*
 * Why own code: the published networks were evaluated on pixels that Pillow resized, and a benchmark's numbers
 * must not move with a decoder library's version. sharp's (libvips') kernels round and align differently from
 * Pillow's and have changed between releases. This is Pillow's algorithm (src/libImaging/Resample.c, 8 bits per
 * channel) to the last bit: a triangle filter as wide as the scale (so downscaling is antialiased), coefficients in
 * fixed point with 22 fractional bits, a horizontal pass, rounding to 8 bits, then a vertical pass. Pillow 13
 * began to run the vertical pass first on some tall images (its pull request 9549), which moves pixels by 1 in 255;
 * the order here is that of every Pillow from 3.3 to 12, with which the published numbers were made.
 */

const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** A rectangle of whole pixels; the right and the bottom edge are exclusive. */
export interface PixelWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes [H,W,3] to `size` exactly as Pillow's `Image.resize((width, height), Image.BILINEAR)`. With `window`, only
 * that part of the result is computed and returned: the same bytes as resizing and then cropping.
 */
export function resizeBilinear(image: RgbImage, size: Size, window?: PixelWindow): RgbImage {
  const { left, top, width, height } = window ?? { left: 0, top: 0, ...size };
  if (![left, top, width, height, size.width, size.height].every(Number.isSafeInteger)) {
    throw new RangeError('resize: sizes must be whole pixels');
  }
  if (
    left < 0 ||
    top < 0 ||
    width < 1 ||
    height < 1 ||
    left + width > size.width ||
    top + height > size.height
  ) {
    throw new RangeError('resize: the window must lie inside the resized image');
  }
  const across = triangleTaps(image.width, size.width, left, width);
  const down = triangleTaps(image.height, size.height, top, height);
  const firstRow = down.starts[0]!;
  const lastRow = down.starts[height - 1]! + down.counts[height - 1]!;
  const narrowed = resizeRows(image, across, firstRow, lastRow);
  return { data: resizeColumns(narrowed, width, firstRow, down), width, height };
}

/** For each output position: the first input position, how many follow, and their fixed-point weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [positions, stride], the first `counts[i]` of each row used. */
  readonly weights: Int32Array;
  readonly stride: number;
}

function triangleTaps(inputLength: number, outputLength: number, first: number, count: number): Taps {
  const scale = inputLength / outputLength;
  // Half the width of the triangle; never below one input pixel, so that enlarging interpolates.
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  const inverse = 1 / support;
  for (let i = 0; i < count; i++) {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputLength);
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      const distance = Math.abs((k + start - center + 0.5) * inverse);
      exact[k] = distance < 1 ? 1 - distance : 0;
      sum += exact[k]!;
    }
    for (let k = 0; k < end - start; k++) {
      const weight = sum === 0 ? exact[k]! : exact[k]! / sum;
      weights[i * stride + k] = Math.trunc(0.5 + weight * 2 ** PRECISION_BITS);
    }
    starts[i] = start;
    counts[i] = end - start;
  }
  return { starts, counts, weights, stride };
}

/** The horizontal pass over rows firstRow..lastRow−1 (all that the vertical pass will read). */
function resizeRows(image: RgbImage, taps: Taps, firstRow: number, lastRow: number): Uint8Array {
  const { data } = image;
  const { starts, counts, weights, stride } = taps;
  const width = starts.length;
  const out = new Uint8Array((lastRow - firstRow) * width * 3);
  let to = 0;
  for (let y = firstRow; y < lastRow; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++) {
      let from = (row + starts[x]!) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * stride + counts[x]!;
      for (let k = x * stride; k < end; k++, from += 3) {
        const weight = weights[k]!;
        red += data[from]! * weight;
        green += data[from + 1]! * weight;
        blue += data[from + 2]! * weight;
      }
      out[to] = clip8(red);
      out[to + 1] = clip8(green);
      out[to + 2] = clip8(blue);
      to += 3;
    }
  }
  return out;
}

/** The vertical pass over rows of `width` pixels, the first of which is the image's row `firstRow`. */
function resizeColumns(data: Uint8Array, width: number, firstRow: number, taps: Taps): Uint8Array {
  const { starts, counts, weights, stride } = taps;
  const rowLength = width * 3;
  const out = new Uint8Array(starts.length * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < starts.length; y++) {
    sums.fill(HALF);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * stride + k]!;
      const from = (starts[y]! - firstRow + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] = sums[i]! + data[from + i]! * weight;
    }
    const to = y * rowLength;
    for (let i = 0; i < rowLength; i++) out[to + i] = clip8(sums[i]!);
  }
  return out;
}

// The weights are not negative, so the sum is not either; rounding may still carry it past 255.
function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return Math.min(value, 255);
}
