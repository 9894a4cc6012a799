import { mixPixels, pixelOrder } from '../maps/pixel-order.js';
import { smoothMap } from '../maps/smooth.js';

/**
 * The copies of an image whose scores make a curve (Petsiuk et al., "RISE", BMVC 2018, section 4.1). In copy i the
 * share i / (count − 1) of the pixels, the most relevant first, is exchanged.
 *
 * - `deletion`: from the image to `baseline`; a good map makes the score fall at once, a small area is good.
 * - `insertion`: from `baseline` to the image; a large area is good.
 *
 * RISE deletes to a constant and inserts into a blurred image, which `riseBlurred` makes.
 *
 * @param image [channels, height, width]
 * @param baseline of the same shape
 * @param relevance [height, width]: the map, resized to the image
 * @param count of copies, the untouched ends included, at least 2
 * @throws RangeError when the shapes do not fit
 */
export function* curveCopies(
  kind: 'deletion' | 'insertion',
  image: Float32Array,
  baseline: Float32Array,
  relevance: ArrayLike<number>,
  count: number,
): Generator<Float32Array> {
  if (image.length !== baseline.length || image.length % relevance.length !== 0 || !(count >= 2)) {
    throw new RangeError(`${count} copies of ${image.length} values over ${baseline.length}`);
  }
  const order = pixelOrder(relevance);
  const [from, to] = kind === 'deletion' ? [image, baseline] : [baseline, image];
  for (let i = 0; i < count; i++) {
    yield mixPixels(from, to, order, Math.round((i / (count - 1)) * order.length));
  }
}

/** Area under equally spaced values over [0, 1] by the trapezoid rule; of one value it is that value. */
export function areaUnderCurve(values: ArrayLike<number>): number {
  const last = values.length - 1;
  if (last < 1) return values[0] ?? Number.NaN;
  let sum = (values[0]! + values[last]!) / 2;
  for (let i = 1; i < last; i++) sum += values[i]!;
  return sum / last;
}

/**
 * A copy blurred by a whole Gaussian, channel by channel, reflected at the borders; `riseBlurred` is as published.
 *
 * @param image [channels, height, width]
 * @param sigma in pixels
 */
export function blurred(image: Float32Array, height: number, width: number, sigma: number): Float32Array {
  const out = new Float32Array(image.length);
  for (let start = 0; start < image.length; start += height * width) {
    const channel = { data: image.subarray(start, start + height * width), width, height };
    out.set(smoothMap(channel, sigma).data, start);
  }
  return out;
}
