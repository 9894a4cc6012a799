import { blankImage, paste, type Rgb } from './draw.js';
import { captioned } from './overlay.js';
import { resizeBilinear } from './resize.js';
import type { RgbImage } from './rgb-image.js';

const GAP = 8;
const GROUND: Rgb = [240, 240, 240];

/** One picture of a contact sheet. */
export interface Cell {
  readonly image: RgbImage;
  readonly caption: string;
}

/**
 * A grid of captioned pictures, filled row by row, each fitted into a square of `cellSize` pixels with its aspect
 * ratio kept. Throws RangeError without cells.
 */
export function contactSheet(cells: readonly Cell[], columns: number, cellSize: number): RgbImage {
  if (cells.length === 0 || columns < 1) throw new RangeError('contact sheet: needs a cell and a column');
  const tiles = cells.map(({ image, caption }) => captioned(fitted(image, cellSize), caption));
  const tileHeight = tiles[0]!.height;
  const used = Math.min(columns, tiles.length);
  const rows = Math.ceil(tiles.length / used);
  const sheet = blankImage(GAP + used * (cellSize + GAP), GAP + rows * (tileHeight + GAP), GROUND);
  tiles.forEach((tile, i) => {
    paste(sheet, tile, GAP + (i % used) * (cellSize + GAP), GAP + Math.floor(i / used) * (tileHeight + GAP));
  });
  return sheet;
}

function fitted(image: RgbImage, side: number): RgbImage {
  const factor = side / Math.max(image.width, image.height);
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const square = blankImage(side, side, GROUND);
  paste(
    square,
    resizeBilinear(image, { width, height }),
    Math.floor((side - width) / 2),
    Math.floor((side - height) / 2),
  );
  return square;
}
