import { textWidth } from './font.js';
import type { Anchor, Block, TextMark } from './marks.js';
import type { Heading } from './spec.js';
import { type TextStyle, wrapped } from './text.js';

const INK = '#1a1a1a';
const GREY = '#5c5c5c';

export const TITLE: TextStyle = { size: 18, weight: 'semibold', color: INK };
export const HEADING: TextStyle = { size: 14, weight: 'semibold', color: INK };
export const LABEL: TextStyle = { size: 12.5, weight: 'regular', color: INK };
export const SMALL: TextStyle = { size: 11.5, weight: 'regular', color: GREY };

/** Height of a line, in sizes of its font. */
const LEADING = 1.32;
/** From the top of a line to its baseline, in heights of the line: ascenders and descenders have the same room. */
const BASELINE = 0.74;

const lineHeight = ({ size }: TextStyle) => Math.round(size * LEADING);

/** Lines below each other, each in its style, against one side of `width` pixels, or in their middle. */
export function textBlock(
  lines: readonly { readonly text: string; readonly style: TextStyle }[],
  width: number,
  anchor: Anchor,
): Block {
  let top = 0;
  const marks = lines.flatMap(({ text, style }): TextMark[] => {
    const height = lineHeight(style);
    const own = textWidth(text, style.size, style.weight);
    const share = { start: 0, middle: 0.5, end: 1 }[anchor];
    const y = top + Math.round(height * BASELINE);
    top += height;
    if (text === '') return [];
    return [{ kind: 'text', text, x: (width - own) * share, y, width: own, anchor, ...style }];
  });
  return { width, height: top, marks };
}

/** How many lines a heading's title and each of its details may take. */
export interface HeadingLines {
  readonly title: number;
  readonly detail: number;
}

/** A heading in `width` pixels, broken into lines and then cut. */
export function headingBlock(
  { title, details = [] }: Heading,
  width: number,
  anchor: Anchor,
  style: TextStyle = HEADING,
  most: HeadingLines = { title: 2, detail: 1 },
): Block {
  const titles =
    title === '' ? [] : wrapped(title, width, style, most.title).map((text) => ({ text, style }));
  const small = details.flatMap((detail) =>
    wrapped(detail, width, SMALL, most.detail).map((text) => ({ text, style: SMALL })),
  );
  return textBlock([...titles, ...small], width, anchor);
}

/** The width that a heading takes where none of its lines is broken or cut. */
export function headingWidth({ title, details = [] }: Heading, style: TextStyle = HEADING): number {
  const widths = [
    textWidth(title, style.size, style.weight),
    ...details.map((detail) => textWidth(detail, SMALL.size, SMALL.weight)),
  ];
  return Math.ceil(Math.max(...widths));
}
