import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Box } from '../base/box.js';
import { GLYPH_ADVANCE, GLYPH_HEIGHT, glyphs } from './bitmap-font.js';
import type { RgbImage } from './rgb-image.js';

/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

/** A new image of one colour. */
export function blankImage(width: number, height: number, color: Rgb): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = color[i % 3]!;
  return { data, width, height };
}

/** Fills the rectangle (left, top, width, height) of `image` in place; what lies outside is ignored. */
function fillRect(
  image: RgbImage,
  left: number,
  top: number,
  width: number,
  height: number,
  color: Rgb,
): void {
  const right = Math.min(left + width, image.width);
  const bottom = Math.min(top + height, image.height);
  for (let y = Math.max(top, 0); y < bottom; y++) {
    for (let x = Math.max(left, 0); x < right; x++) image.data.set(color, (y * image.width + x) * 3);
  }
}

/** Draws the outline of an inclusive pixel box in place, `thickness` pixels inwards. */
export function drawBox(image: RgbImage, box: Box, color: Rgb, thickness: number): void {
  const [x0, y0, x1, y1] = [box.x0, box.y0, box.x1, box.y1].map(Math.round) as [
    number,
    number,
    number,
    number,
  ];
  const width = x1 - x0 + 1;
  const height = y1 - y0 + 1;
  fillRect(image, x0, y0, width, thickness, color);
  fillRect(image, x0, y1 - thickness + 1, width, thickness, color);
  fillRect(image, x0, y0, thickness, height, color);
  fillRect(image, x1 - thickness + 1, y0, thickness, height, color);
}

/** Writes one line of text in place, its top left corner at (left, top), each dot `scale` pixels wide. */
export function drawText(
  image: RgbImage,
  text: string,
  left: number,
  top: number,
  color: Rgb,
  scale: number,
): void {
  glyphs(text).forEach((columns, index) => {
    columns.forEach((bits, column) => {
      for (let row = 0; row < GLYPH_HEIGHT; row++) {
        const x = left + (index * GLYPH_ADVANCE + column) * scale;
        if ((bits >> row) & 1) fillRect(image, x, top + row * scale, scale, scale, color);
      }
    });
  });
}

/** The text, shortened with `..` so that it fits `width` pixels. */
export function fitText(text: string, width: number, scale: number): string {
  const room = Math.floor((width + scale) / (GLYPH_ADVANCE * scale));
  return glyphs(text).length <= room
    ? text
    : `${text.slice(0, Math.max(0, room - 2))}..`.slice(0, Math.max(0, room));
}

/** Copies `source` into `target` in place, its top left corner at (left, top); what sticks out is cut. */
export function paste(target: RgbImage, source: RgbImage, left: number, top: number): void {
  const columns = Math.min(source.width, target.width - left);
  const rows = Math.min(source.height, target.height - top);
  for (let y = 0; y < rows; y++) {
    const row = source.data.subarray(y * source.width * 3, (y * source.width + columns) * 3);
    target.data.set(row, ((top + y) * target.width + left) * 3);
  }
}

/** Writes an image as PNG. */
export async function writePng(path: string, image: RgbImage): Promise<void> {
  const { data, width, height } = image;
  // sharp's own writing says of a full disk no more than libvips knows.
  await writeFile(
    path,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
