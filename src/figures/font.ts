import { readFileSync } from 'node:fs';
import { create, type Font } from 'fontkit';

/*
 * The shipped font. Text is measured by its advance widths and drawn as its outlines: a figure has the same pixels on a
 * machine with other fonts, or none.
 */

export type Weight = 'regular' | 'semibold';

/** The family's name, and what stands in where a program takes no font from a file. */
export const FONT_FAMILY = "'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif";

/** Hundreds, as CSS counts them. */
export const CSS_WEIGHT: Readonly<Record<Weight, number>> = { regular: 400, semibold: 600 };

const FILES: Readonly<Record<Weight, string>> = {
  regular: 'IBMPlexSans-Regular.woff',
  semibold: 'IBMPlexSans-SemiBold.woff',
};

interface Loaded {
  readonly bytes: Buffer;
  readonly font: Font;
}

const loaded = new Map<Weight, Loaded>();

function load(weight: Weight): Loaded {
  const known = loaded.get(weight);
  if (known !== undefined) return known;
  const bytes = readFileSync(new URL(`../../fonts/${FILES[weight]}`, import.meta.url));
  const font = create(bytes);
  if (!('layout' in font)) throw new Error(`fonts/${FILES[weight]} holds several fonts`);
  const entry = { bytes, font };
  loaded.set(weight, entry);
  return entry;
}

/** The font file, WOFF, for programs that draw text themselves. */
export function fontBytes(weight: Weight): Buffer {
  return load(weight).bytes;
}

/** Shares of the font's size that lines take, of the lines measured last: the same words stand in many figures. */
const measured = new Map<string, number>();
const MEASURED = 5000;

/** Width of a line of text in pixels, kerning and ligatures included. @param size of the font in pixels */
export function textWidth(text: string, size: number, weight: Weight): number {
  const key = `${weight} ${text}`;
  const known = measured.get(key);
  if (known !== undefined) return known * size;
  const { font } = load(weight);
  const share = font.layout(text).advanceWidth / font.unitsPerEm;
  if (measured.size === MEASURED) measured.clear();
  measured.set(key, share);
  return share * size;
}

/** Letters per command of SVG path data. */
const LETTERS: Readonly<Record<string, string>> = {
  moveTo: 'M',
  lineTo: 'L',
  quadraticCurveTo: 'Q',
  bezierCurveTo: 'C',
  closePath: 'Z',
};

/**
 * A line of text as SVG path data, two decimals. A character that the font does not have becomes its empty box.
 * @param x left end of the line. @param y its baseline, downwards
 */
export function outlines(text: string, x: number, y: number, size: number, weight: Weight): string {
  const { font } = load(weight);
  const { glyphs, positions } = font.layout(text);
  const scale = size / font.unitsPerEm;
  const parts: string[] = [];
  let pen = x;
  glyphs.forEach((glyph, i) => {
    const { xAdvance, xOffset, yOffset } = positions[i]!;
    for (const { command, args } of glyph.path.commands) {
      const numbers = args.map((value, k) =>
        // A font's y points up, a picture's down.
        k % 2 === 0 ? pen + (value + xOffset) * scale : y - (value + yOffset) * scale,
      );
      parts.push(LETTERS[command]! + numbers.map(short).join(' '));
    }
    pen += xAdvance * scale;
  });
  return parts.join('');
}

/** Two decimals at most, so that the same drawing has the same bytes. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}
