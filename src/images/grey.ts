import type { RgbImage } from './rgb-image.js';

/**
 * The grey levels of an image, three times each: Pillow's `convert('L')`, to the bit (ITU-R BT.601 luma in 16 fractional bits, rounded).
 * Resizing treats channels alike, so that one of the three is what Pillow's grey image becomes.
 */
export function greyOf({ data, width, height }: RgbImage): RgbImage {
  const grey = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const level = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 0x8000) >> 16;
    grey[i] = level;
    grey[i + 1] = level;
    grey[i + 2] = level;
  }
  return { data: grey, width, height };
}
