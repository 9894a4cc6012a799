import type { Size } from '../base/size.js';
import { FILTERS, type Filter, type Interpolation } from './filters.js';
import type { RgbImage } from './rgb-image.js';

/*
 * Why own code: the published networks were evaluated on pixels that Pillow resized, and a benchmark's numbers must
 * not move with a decoder library's version. The kernels of sharp (libvips) round and align differently from Pillow's
 * and have changed between releases. This is Pillow's algorithm (src/libImaging/Resample.c, 8 bits per channel) to
 * the last bit. Its triangle filter is as wide as the scale, so downscaling is antialiased. Coefficients are in fixed
 * point with 22 fractional bits. A horizontal pass is rounded to 8 bits, then comes a vertical pass. Pillow 13 began
 * to run the vertical pass first on some tall images (its pull request 9549), which moves pixels by 1 in 255. The
 * order here is that of every Pillow from 3.3 to 12, with which the published numbers were made.
 * docs/measurements/datasets.md says what following the new one would move.
 */

const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** A rectangle of whole pixels; the right and the bottom edge are exclusive. */
export interface PixelWindow extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * Resizes [H,W,3] to `size` exactly as Pillow's `Image.resize((width, height), Image.BILINEAR)`. With `window`, only
 * that part of the result is computed and returned: the same bytes as resizing and then cropping.
 */
export function resizeBilinear(image: RgbImage, size: Size, window?: PixelWindow): RgbImage {
  return resizeImage(image, size, 'bilinear', window);
}

/** The same with one of Pillow's filters: `Image.BILINEAR` or `Image.BICUBIC`. */
export function resizeImage(
  image: RgbImage,
  size: Size,
  interpolation: Interpolation = 'bilinear',
  window?: PixelWindow,
): RgbImage {
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
  const filter = FILTERS[interpolation];
  const across = tapsOf(filter, image.width, size.width, left, width);
  const down = tapsOf(filter, image.height, size.height, top, height);
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

function tapsOf(
  filter: Filter,
  inputLength: number,
  outputLength: number,
  first: number,
  count: number,
): Taps {
  const scale = inputLength / outputLength;
  // A filter is never narrower than one input pixel allows, so that enlarging interpolates.
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  const inverse = 1 / stretch;
  for (let i = 0; i < count; i++) {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputLength);
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      const distance = Math.abs((k + start - center + 0.5) * inverse);
      exact[k] = distance < filter.support ? filter.at(distance) : 0;
      sum += exact[k]!;
    }
    for (let k = 0; k < end - start; k++) {
      const weight = sum === 0 ? exact[k]! : exact[k]! / sum;
      weights[i * stride + k] = Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** PRECISION_BITS);
    }
    starts[i] = start;
    counts[i] = end - start;
  }
  return { starts, counts, weights, stride };
}

/*
 * Where five taps are enough, as from 500 pixels to 224, both passes write them out: 1.6 ms of processor time an image in
 * place of 2.7. Bytes are clamped where they are stored: rounded weights may carry a sum past 255.
 */
const UNROLLED = 5;

/** The same taps as five each, zeros among them, that all lie below `inputEnd`; undefined when five are too few, or too many. */
function fiveEach({ starts, counts, weights, stride }: Taps, inputEnd: number): Taps | undefined {
  if (counts.some((count) => count > UNROLLED) || starts[0]! + UNROLLED > inputEnd) return undefined;
  const shifted = starts.map((start) => Math.min(start, inputEnd - UNROLLED));
  const padded = new Int32Array(starts.length * UNROLLED);
  for (let i = 0; i < starts.length; i++) {
    const own = weights.subarray(i * stride, i * stride + counts[i]!);
    padded.set(own, i * UNROLLED + starts[i]! - shifted[i]!);
  }
  return { starts: shifted, counts: counts.map(() => UNROLLED), weights: padded, stride: UNROLLED };
}

/** The horizontal pass over rows firstRow..lastRow−1 (all that the vertical pass will read). */
function resizeRows(image: RgbImage, taps: Taps, firstRow: number, lastRow: number): Uint8Array {
  const out = new Uint8ClampedArray((lastRow - firstRow) * taps.starts.length * 3);
  const five = fiveEach(taps, image.width);
  if (five === undefined) rowByRow(image, taps, firstRow, out);
  else rowByRowFive(image, five, firstRow, out);
  return new Uint8Array(out.buffer);
}

function rowByRow({ data, width }: RgbImage, taps: Taps, firstRow: number, out: Uint8ClampedArray): void {
  const { starts, counts, weights, stride } = taps;
  let to = 0;
  for (let y = firstRow; to < out.length; y++) {
    for (let x = 0; x < starts.length; x++, to += 3) {
      let from = (y * width + starts[x]!) * 3;
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
      out[to] = red >> PRECISION_BITS;
      out[to + 1] = green >> PRECISION_BITS;
      out[to + 2] = blue >> PRECISION_BITS;
    }
  }
}

function rowByRowFive({ data, width }: RgbImage, five: Taps, firstRow: number, out: Uint8ClampedArray): void {
  const { starts, weights } = five;
  let to = 0;
  for (let y = firstRow; to < out.length; y++) {
    for (let x = 0, first = 0; x < starts.length; x++, first += UNROLLED, to += 3) {
      const w0 = weights[first]!;
      const w1 = weights[first + 1]!;
      const w2 = weights[first + 2]!;
      const w3 = weights[first + 3]!;
      const w4 = weights[first + 4]!;
      const from = (y * width + starts[x]!) * 3;
      out[to] = fiveTaps(data, from, 3, w0, w1, w2, w3, w4);
      out[to + 1] = fiveTaps(data, from + 1, 3, w0, w1, w2, w3, w4);
      out[to + 2] = fiveTaps(data, from + 2, 3, w0, w1, w2, w3, w4);
    }
  }
}

/** The vertical pass over rows of `width` pixels, the first of which is the image's row `firstRow`. */
function resizeColumns(data: Uint8Array, width: number, firstRow: number, taps: Taps): Uint8Array {
  const rowLength = width * 3;
  const out = new Uint8ClampedArray(taps.starts.length * rowLength);
  const five = fiveEach(taps, firstRow + data.length / rowLength);
  const addRows = five === undefined ? sumOfRows : sumOfFiveRows;
  const { starts } = five ?? taps;
  for (let y = 0; y < starts.length; y++) {
    const from = (starts[y]! - firstRow) * rowLength;
    addRows(data, from, five ?? taps, y, out.subarray(y * rowLength, (y + 1) * rowLength));
  }
  return new Uint8Array(out.buffer);
}

function sumOfRows(data: Uint8Array, from: number, taps: Taps, y: number, out: Uint8ClampedArray): void {
  const { counts, weights, stride } = taps;
  const sums = new Int32Array(out.length).fill(HALF);
  for (let k = 0; k < counts[y]!; k++) {
    const weight = weights[y * stride + k]!;
    const row = from + k * out.length;
    for (let i = 0; i < out.length; i++) sums[i] = sums[i]! + data[row + i]! * weight;
  }
  for (let i = 0; i < out.length; i++) out[i] = sums[i]! >> PRECISION_BITS;
}

function sumOfFiveRows(data: Uint8Array, from: number, five: Taps, y: number, out: Uint8ClampedArray): void {
  const { weights } = five;
  const first = y * UNROLLED;
  const w0 = weights[first]!;
  const w1 = weights[first + 1]!;
  const w2 = weights[first + 2]!;
  const w3 = weights[first + 3]!;
  const w4 = weights[first + 4]!;
  const step = out.length;
  for (let i = 0; i < step; i++) out[i] = fiveTaps(data, from + i, step, w0, w1, w2, w3, w4);
}

/** The weighted sum of five inputs that lie `step` apart, rounded. Apart from its callers' loops, but compiled into them. */
function fiveTaps(
  data: Uint8Array,
  from: number,
  step: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  w4: number,
): number {
  const sum =
    Math.imul(data[from]!, w0) +
    Math.imul(data[from + step]!, w1) +
    Math.imul(data[from + 2 * step]!, w2) +
    Math.imul(data[from + 3 * step]!, w3) +
    Math.imul(data[from + 4 * step]!, w4);
  return (sum + HALF) >> PRECISION_BITS;
}
