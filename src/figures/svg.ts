import { CSS_WEIGHT, FONT_FAMILY, fontBytes, outlines, short, type Weight } from './font.js';
import type { ImageMark, Layout, Mark, RectMark, TextMark } from './marks.js';

/** Text as text, for people who edit the figure, or as outlines, for the same pixels everywhere. */
type SvgText = 'text' | 'outlines';

/**
 * A laid-out figure as SVG. Same layout, same bytes.
 * @param urls what each image mark shows, in their order
 * @param scale pixels of the drawing per pixel of the layout
 */
export function svgOf(layout: Layout, urls: readonly string[], text: SvgText, scale: number): string {
  const { width, height, marks } = layout;
  const images = marks.filter((mark) => mark.kind === 'image');
  const urlOf = new Map(images.map((mark, i) => [mark, urls[i]!]));
  const body = marks.map((mark) => drawn(mark, urlOf, text, scale));
  const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="0 0 ${short(wide / scale)} ${short(tall / scale)}">`,
    ...(text === 'text' ? [fontFaces(marks)] : []),
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function drawn(mark: Mark, urlOf: ReadonlyMap<ImageMark, string>, text: SvgText, scale: number): string {
  if (mark.kind === 'rect') return rect(mark);
  if (mark.kind === 'image') return image(mark, urlOf.get(mark)!, scale);
  return text === 'text' ? words(mark) : shape(mark);
}

function rect({ x, y, width, height, fill, stroke, strokeWidth, dash }: RectMark): string {
  const parts = [
    `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill ?? 'none'}"`,
    ...(stroke === undefined ? [] : [`stroke="${stroke}" stroke-width="${strokeWidth ?? 1}"`]),
    ...(dash === undefined ? [] : [`stroke-dasharray="${dash.join(' ')}"`]),
  ];
  return `<rect ${parts.join(' ')}/>`;
}

/** Pictures lie on whole pixels of the drawing: they are already painted at that size. */
function image(mark: ImageMark, url: string, scale: number): string {
  const { x, y, width, height } = onPixels(mark, scale);
  const place = [x, y, width, height].map((value) => (value / scale).toFixed(5).replace(/\.?0+$/, ''));
  return `<image x="${place[0]}" y="${place[1]}" width="${place[2]}" height="${place[3]}" preserveAspectRatio="none" href="${url}"/>`;
}

/** The whole pixels of the drawing that an image mark covers. */
export function onPixels({ x, y, width, height }: ImageMark, scale: number) {
  const [left, top] = [Math.round(x * scale), Math.round(y * scale)];
  const side = (from: number, length: number) => Math.max(1, Math.round((from + length) * scale));
  return {
    x: left,
    y: top,
    width: Math.max(1, side(x, width) - left),
    height: Math.max(1, side(y, height) - top),
  };
}

const SHARE = { start: 0, middle: 0.5, end: 1 } as const;

function words({ x, y, width, text, size, weight, color, anchor }: TextMark): string {
  const at = short(x + width * SHARE[anchor]);
  const font = `font-size="${size}" font-weight="${CSS_WEIGHT[weight]}"`;
  return `<text x="${at}" y="${short(y)}" font-family="${FONT_FAMILY}" ${font} text-anchor="${anchor}" fill="${color}" xml:space="preserve">${escaped(text)}</text>`;
}

function shape({ x, y, text, size, weight, color }: TextMark): string {
  return `<path d="${outlines(text, x, y, size, weight)}" fill="${color}"/>`;
}

/** The shipped font within the file, in the weights that are used. */
function fontFaces(marks: readonly Mark[]): string {
  const weights = new Set(marks.flatMap((mark): Weight[] => (mark.kind === 'text' ? [mark.weight] : [])));
  const faces = (['regular', 'semibold'] as const)
    .filter((weight) => weights.has(weight))
    .map(
      (weight) =>
        `@font-face{font-family:'IBM Plex Sans';font-weight:${CSS_WEIGHT[weight]};src:url(data:font/woff;base64,${fontBytes(weight).toString('base64')}) format('woff')}`,
    );
  return `<style>${faces.join('')}</style>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
