import type { Box } from '../base/box.js';
import type { Size } from '../base/size.js';
import { textWidth } from './font.js';
import { mapExtreme } from './map-values.js';
import { type Block, type Mark, placed, type RectMark } from './marks.js';
import { type Cell, type FigureBox, isPicture, type PictureCell } from './spec.js';
import { fitted } from './text.js';
import { headingBlock, LABEL, SMALL, textBlock } from './text-block.js';

/** All pictures have about this area, however wide or tall they are, in square pixels of the layout. */
const AREA = 32_000;
const WIDEST = 320;
const TALLEST = 260;
/** A column is never narrower: headings need the room. */
export const NARROWEST = 116;
const TEXT_WIDTH = 180;
const TEXT_INDENT = 14;

/** Line of a box, over a darker edge, so that it shows on light ground and on dark. */
const EDGE = { color: '#101010', width: 3.4 };
const LINE = 1.7;
const ROLES = {
  map: { color: '#4fe3ff', dash: undefined },
  truth: { color: '#ffffff', dash: [5, 4] },
} as const;

/** The size at which a picture is drawn. */
export function pictureSize({ width, height }: Size): Size {
  const ratio = width / height;
  const ideal = { width: Math.sqrt(AREA * ratio), height: Math.sqrt(AREA / ratio) };
  const factor = Math.min(1, WIDEST / ideal.width, TALLEST / ideal.height);
  const whole = (side: number) => Math.max(8, Math.round(side * factor));
  return { width: whole(ideal.width), height: whole(ideal.height) };
}

export function cellWidth(cell: Cell): number {
  return Math.max(NARROWEST, isPicture(cell) ? pictureSize(cell.picture).width : TEXT_WIDTH);
}

/** A cell in a column of `width` pixels. */
export function cellBlock(cell: Cell, width: number, boxes: boolean): Block {
  const body = isPicture(cell) ? pictureBlock(cell, width, boxes) : linesBlock(cell.lines, width);
  if (cell.caption === undefined) return body;
  const caption = headingBlock(cell.caption, width, 'middle', LABEL);
  const top = body.height + 4;
  const marks = [...body.marks, ...placed(caption, 0, top)];
  return { width, height: top + caption.height, marks };
}

function linesBlock(lines: readonly string[], width: number): Block {
  const style = { ...SMALL, color: LABEL.color };
  const fit = lines.map((line) => ({ text: fitted(line, width - TEXT_INDENT, style), style }));
  const block = textBlock(fit, width - TEXT_INDENT, 'start');
  return { ...block, width, marks: placed(block, TEXT_INDENT, 0) };
}

function pictureBlock(cell: PictureCell, width: number, boxes: boolean): Block {
  const { picture, map } = cell;
  const size = pictureSize(picture);
  const x = Math.floor((width - size.width) / 2);
  const marks: Mark[] = [{ kind: 'image', x, y: 0, ...size, paint: { kind: 'cell', cell } }];
  if (boxes) marks.push(...(cell.boxes ?? []).flatMap((one) => boxMarks(one, picture, size, x)));
  if (map !== undefined && mapExtreme(map) === 0) marks.push(...emptyMarks(x, size));
  return { width, height: size.height, marks };
}

/** A box on a picture of `size` whose left end is at `left`. */
function boxMarks({ box, role }: FigureBox, picture: Size, size: Size, left: number): RectMark[] {
  const [sx, sy] = [size.width / picture.width, size.height / picture.height];
  const edges = inside(
    { x0: box.x0 * sx, y0: box.y0 * sy, x1: (box.x1 + 1) * sx, y1: (box.y1 + 1) * sy },
    size,
  );
  const at = { x: left + edges.x0, y: edges.y0, width: edges.x1 - edges.x0, height: edges.y1 - edges.y0 };
  return outlined(at, role);
}

/** Both lines of a box, of the legend's samples, too. */
export function outlined(
  at: Pick<RectMark, 'x' | 'y' | 'width' | 'height'>,
  role: FigureBox['role'],
): RectMark[] {
  const { color, dash } = ROLES[role];
  return [
    { kind: 'rect', ...at, stroke: EDGE.color, strokeWidth: EDGE.width },
    { kind: 'rect', ...at, stroke: color, strokeWidth: LINE, ...(dash === undefined ? {} : { dash }) },
  ];
}

/** The edges of a box, so far within the picture that its line is. */
function inside({ x0, y0, x1, y1 }: Box, { width, height }: Size): Box {
  const half = EDGE.width / 2;
  const between = (value: number, most: number) => Math.min(Math.max(value, half), most - half);
  return {
    x0: between(x0, width),
    y0: between(y0, height),
    x1: between(x1, width),
    y1: between(y1, height),
  };
}

/** Of a map without any value: said in the picture, which else looks like one without a map. */
function emptyMarks(left: number, { width, height }: Size): Mark[] {
  const text = fitted('the map is 0', width - 16, SMALL);
  const own = textWidth(text, SMALL.size, SMALL.weight);
  const [x, y] = [left + (width - own) / 2, Math.round(height / 2)];
  return [
    { kind: 'rect', x: x - 6, y: y - 13, width: own + 12, height: 19, fill: '#ffffff' },
    { kind: 'text', text, x, y, width: own, anchor: 'middle', ...SMALL },
  ];
}
