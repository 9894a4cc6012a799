import type { Weight } from './font.js';
import type { PictureCell } from './spec.js';

/* A figure that is laid out: marks at places, in pixels of the layout, y downwards, in the order in which they are drawn. */

/** A rectangle. */
export interface RectMark {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  /** Lengths of dash and gap. */
  readonly dash?: readonly [number, number];
}

/** What is painted into an image mark: a cell's picture and map, or the colours of a bar. */
export type Paint =
  | { readonly kind: 'cell'; readonly cell: PictureCell }
  | { readonly kind: 'bar'; readonly signed: boolean };

export interface ImageMark {
  readonly kind: 'image';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** One line of text; `x` is its left end, `y` its baseline. */
export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  /** In the shipped font. */
  readonly width: number;
  /** The end or middle that stays in place where another font draws it. */
  readonly anchor: Anchor;
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
}

export type Anchor = 'start' | 'middle' | 'end';

export type Mark = RectMark | ImageMark | TextMark;

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** Marks around their own origin, and the room that they take. */
export type Block = Layout;

/** The marks of a block whose origin is put at (x, y). */
export function placed({ marks }: Block, x: number, y: number): readonly Mark[] {
  return marks.map((mark) => ({ ...mark, x: mark.x + x, y: mark.y + y }));
}
