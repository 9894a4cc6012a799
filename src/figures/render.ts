import sharp from 'sharp';
import type { RgbImage } from '../images/rgb-image.js';
import { layoutOf } from './layout.js';
import type { ImageMark, Layout } from './marks.js';
import { painted } from './paint.js';
import { pdfOf } from './pdf.js';
import type { FigureSpec, FigureStyle } from './spec.js';
import { onPixels, svgOf } from './svg.js';

/** What a figure is written as: pixels, or drawings whose text stays text. */
export const FIGURE_FORMATS = ['png', 'svg', 'pdf'] as const;

export type FigureFormat = (typeof FIGURE_FORMATS)[number];

/** Pixels of a drawing per pixel of the layout, where no width is asked for: fit for print and for dense screens. */
const SCALE = 2;
/** Of a whole figure, in pixels. */
const MOST_PIXELS = 100_000_000;
const LONGEST_SIDE = 30_000;
/** Of pictures within SVG and PDF, where lossless ones would take megabytes. */
const QUALITY = 92;

/**
 * Draws a figure. Same figure, same style: the same bytes, whatever fonts the machine has.
 * @returns the file's bytes
 */
export async function renderFigure(
  format: FigureFormat,
  spec: FigureSpec,
  style: FigureStyle,
): Promise<Buffer> {
  const layout = layoutOf(spec, style);
  const scale = scaleOf(layout, style.width);
  const images = layout.marks.filter((mark) => mark.kind === 'image');
  const draw = (mark: ImageMark) => painted(mark.paint, onPixels(mark, scale), style);
  if (format === 'png') {
    const urls = await Promise.all(images.map((mark) => pngUrl(draw(mark))));
    const svg = svgOf(layout, urls, 'outlines', scale);
    return sharp(Buffer.from(svg), { unlimited: true }).removeAlpha().png().toBuffer();
  }
  const pictures = await Promise.all(images.map((mark) => jpegBytes(draw(mark))));
  if (format === 'pdf') return pdfOf(layout, pictures, title(spec));
  const urls = pictures.map((bytes) => `data:image/jpeg;base64,${bytes.toString('base64')}`);
  return Buffer.from(svgOf(layout, urls, 'text', scale));
}

function scaleOf({ width, height }: Layout, asked: number | undefined): number {
  const wanted = asked === undefined ? SCALE : asked / width;
  return Math.min(wanted, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

function title({ title: heading, original }: FigureSpec): string {
  return heading?.title ?? original?.heading.title ?? '';
}

async function pngUrl({ data, width, height }: RgbImage): Promise<string> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const bytes = await image.png({ compressionLevel: 1 }).toBuffer();
  return `data:image/png;base64,${bytes.toString('base64')}`;
}

function jpegBytes({ data, width, height }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
