import type { Box } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import type { ColorMap } from './colormap.js';
import { blankImage, drawBox, drawText, fitText, paste, type Rgb } from './draw.js';
import type { RgbImage } from './rgb-image.js';

const TEXT_SCALE = 2;
const STRIP_HEIGHT = 22;
const STRIP_COLOR: Rgb = [24, 24, 24];
const TEXT_COLOR: Rgb = [255, 255, 255];

/** A box to draw, in pixels of the image. */
export interface OutlinedBox {
  readonly box: Box;
  readonly color: Rgb;
}

/**
 * The image with the heat map blended over it: colours by value/maximum (values below 0 count as 0, an all-zero map
 * as 0 everywhere), `opacity` 0..1. Throws RangeError when the map is not of the image's size.
 */
export function blendHeatmap(image: RgbImage, heat: Heatmap, colors: ColorMap, opacity = 0.5): RgbImage {
  if (heat.width !== image.width || heat.height !== image.height) {
    throw new RangeError('overlay: the heat map must first be resized to the image');
  }
  const maximum = heat.data.reduce((max, value) => Math.max(max, value), 0);
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < heat.data.length; i++) {
    const value = maximum > 0 ? Math.max(heat.data[i]!, 0) / maximum : 0;
    const entry = Math.round(value * 255) * 3;
    for (let c = 0; c < 3; c++) {
      data[i * 3 + c] = Math.round(image.data[i * 3 + c]! * (1 - opacity) + colors[entry + c]! * opacity);
    }
  }
  return { data, width: image.width, height: image.height };
}

/** A copy of the image with the boxes' outlines, each over a dark edge so that it shows on any ground. */
export function outlineBoxes(image: RgbImage, boxes: readonly OutlinedBox[]): RgbImage {
  const copy = { ...image, data: image.data.slice() };
  const thickness = Math.max(2, Math.round(Math.min(image.width, image.height) / 150));
  for (const { box, color } of boxes) {
    drawBox(copy, box, [0, 0, 0], thickness + 1);
    drawBox(copy, box, color, thickness);
  }
  return copy;
}

/** The image with a strip of one line of text below it; too long a text ends in `..`. */
export function captioned(image: RgbImage, text: string): RgbImage {
  const out = blankImage(image.width, image.height + STRIP_HEIGHT, STRIP_COLOR);
  paste(out, image, 0, 0);
  drawText(out, fitText(text, image.width - 8, TEXT_SCALE), 4, image.height + 4, TEXT_COLOR, TEXT_SCALE);
  return out;
}
