import sharp from 'sharp';
import { resizeBilinear } from './resize.js';
import type { RgbImage } from './rgb-image.js';

/** A picture for a journal and a figure: JPEG in base 64, its longer side at most `side` pixels, some 2 kB at 64. */
export async function jpegText(image: RgbImage, side: number): Promise<string> {
  const factor = Math.min(1, side / Math.max(image.width, image.height));
  const whole = (length: number) => Math.max(1, Math.round(length * factor));
  const { data, width, height } = resizeBilinear(image, {
    width: whole(image.width),
    height: whole(image.height),
  });
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 75 })
    .toBuffer();
  return bytes.toString('base64');
}

/** The picture again. */
export async function fromJpegText(text: string): Promise<RgbImage> {
  const { data, info } = await sharp(Buffer.from(text, 'base64')).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
