import type { FigureSpec, PictureCell } from '../../src/figures/spec.js';
import type { RgbImage } from '../../src/images/rgb-image.js';

/** A picture of one grey. */
export function plain(width: number, height: number, level = 128): RgbImage {
  return { data: new Uint8Array(3 * width * height).fill(level), width, height };
}

/** A map of 2 × 2 with its maximum in the upper right corner. */
export const CORNER = { data: Float32Array.of(0, 1, 0.25, 0.5), width: 2, height: 2 };

export function mapCell(picture: RgbImage, part: Partial<PictureCell> = {}): PictureCell {
  return { picture, map: { heat: CORNER }, ...part };
}

/** Methods as rows, classes as columns, of a picture of one size. */
export function gridSpec(rows: number, columns: number, picture: RgbImage, title = 'tabby'): FigureSpec {
  const box = { x0: 1, y0: 1, x1: picture.width / 2, y1: picture.height / 2 };
  const boxes = [
    { box, role: 'map' },
    { box: { ...box, x0: 0 }, role: 'truth' },
  ] as const;
  return {
    original: { heading: { title: 'cat.jpg', details: ['truth: tabby'] }, cell: { picture } },
    columns: Array.from({ length: columns }, (_, i) => ({ title: `${title} ${i}`, details: ['p = 0.50'] })),
    rows: Array.from({ length: rows }, (_, i) => ({
      label: { title: `Method ${i}`, details: ['layer conv5'] },
      cells: Array.from({ length: columns }, () => mapCell(picture, { boxes })),
    })),
    boxWords: 'box: largest region ≥ 15 % of the maximum',
    caption: ['network', 'layer conv5'],
  };
}
