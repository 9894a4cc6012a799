import { z } from 'zod';
import { type Box, clipBox, scaleBox } from '../base/box.js';
import type { ExplainedImage } from '../eval/experiment.js';
import { THUMBNAIL_SIDE, thumbnailValues } from '../eval/maps/thumbnail.js';
import { roundTo } from '../eval/round-to.js';
import type { FigureBox, PictureCell } from '../figures/spec.js';
import type { InputGeometry } from '../images/geometry.js';
import { fromJpegText, jpegText } from '../images/jpeg-text.js';
import { resizeBilinear } from '../images/resize.js';
import type { RgbImage } from '../images/rgb-image.js';
import { pictureText, share } from './record-schemas.js';

/* Pictures that a record keeps for a figure: what the network saw of an image, small, and boxes on it. */

/** Longer side in pixels: some 5 kB as text. */
const SIDE = 144;

/** The sides of a box in shares of the picture's: left, top, right, bottom. */
export type Sides = readonly [number, number, number, number];

export interface KeptPicture {
  /** JPEG in base 64. */
  readonly jpeg: string;
  readonly boxes: readonly Sides[];
}

export const keptPictureRecord = z.strictObject({
  jpeg: pictureText,
  boxes: z.array(z.tuple([share, share, share, share])),
});

/** What the network saw of an image, in the image's own shape: JPEG in base 64. @param pixels of the network's input */
export function seenPicture(pixels: RgbImage, { region }: Pick<InputGeometry, 'region'>): Promise<string> {
  // Small ones stay as they are.
  const side = Math.min(SIDE, Math.max(pixels.width, pixels.height));
  const factor = side / Math.max(region.width, region.height);
  const whole = (side: number) => Math.max(1, Math.round(side * factor));
  return jpegText(resizeBilinear(pixels, { width: whole(region.width), height: whole(region.height) }), SIDE);
}

/**
 * The picture of an image that is judged with `needs.pixels`.
 * @param boxes in pixels of the stored image
 */
export async function keptPicture(
  { pixels, geometry }: Pick<ExplainedImage, 'pixels' | 'geometry'>,
  boxes: readonly Box[],
): Promise<KeptPicture> {
  return { jpeg: await seenPicture(pixels!, geometry), boxes: boxSides(boxes, geometry) };
}

/** Boxes in pixels of the stored image, as far as the network saw them. */
export function boxSides(boxes: readonly Box[], { region }: Pick<InputGeometry, 'region'>): readonly Sides[] {
  const { x, y, width, height } = region;
  return boxes.flatMap((box) => {
    const moved = { x0: box.x0 - x, y0: box.y0 - y, x1: box.x1 - x, y1: box.y1 - y };
    const seen = clipBox(moved, width, height);
    return seen === undefined ? [] : [sidesOf(seen, width, height)];
  });
}

function sidesOf({ x0, y0, x1, y1 }: Box, width: number, height: number): Sides {
  const round = (value: number) => roundTo(Math.min(1, value), 4);
  return [round(x0 / width), round(y0 / height), round((x1 + 1) / width), round((y1 + 1) / height)];
}

type DrawnFrom = Pick<KeptPicture, 'jpeg'> & Partial<KeptPicture>;

/** A kept picture as it is drawn. */
export interface DrawnPicture {
  readonly picture: RgbImage;
  readonly boxes: readonly FigureBox[];
}

export async function drawnPicture({ jpeg, boxes = [] }: DrawnFrom): Promise<DrawnPicture> {
  const picture = await fromJpegText(jpeg);
  return {
    picture,
    boxes: boxes.map(([left, top, right, bottom]) => ({
      box: scaleBox({ x0: left, y0: top, x1: right - 1, y1: bottom - 1 }, picture.width, picture.height),
      role: 'truth',
    })),
  };
}

/** A picture under a map that a record keeps. @param map what `thumbnail` writes */
export function thumbnailCell(drawn: DrawnPicture, map: string): PictureCell {
  const data = Float32Array.from(thumbnailValues(map));
  return { ...drawn, map: { heat: { data, width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE } } };
}

/** For captions: why these maps are coarse. */
export const keptWords = `maps as the records keep them, ${THUMBNAIL_SIDE} × ${THUMBNAIL_SIDE}`;
