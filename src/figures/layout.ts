import { cellBlock, cellWidth } from './cell-block.js';
import { type Grid, gridBlock } from './grid-block.js';
import { flowing, keyBlocks, stacked } from './key-block.js';
import { type Block, type Layout, type Mark, placed } from './marks.js';
import type { FigureSpec, FigureStyle } from './spec.js';
import { wrapped } from './text.js';
import { headingBlock, SMALL, TITLE, textBlock } from './text-block.js';

const MARGIN = 20;
const SIDE_GAP = 24;
const PART_GAP = 16;
const HEAD_GAP = 7;
const CAPTION_LINES = 4;
/** A narrower place would cut the words of the key. */
const KEY_WIDTH = 160;

/**
 * Places everything that a figure shows. The key stands below the original where the rows leave room for it, and below
 * the grid where they do not. Nothing overlaps, and no text is wider than its place: it is broken, then cut.
 */
export function layoutOf(spec: FigureSpec, style: FigureStyle): Layout {
  const body = bodyBlock(spec, style);
  const { width } = body;
  const parts: Block[] = [];
  if (spec.title !== undefined) parts.push(headingBlock(spec.title, width, 'start', TITLE));
  parts.push(body);
  const caption = spec.caption.filter((part) => part !== '').join('  ·  ');
  if (caption !== '') {
    const lines = wrapped(caption, width, SMALL, CAPTION_LINES).map((text) => ({ text, style: SMALL }));
    parts.push(textBlock(lines, width, 'start'));
  }
  const all = stacked(parts, PART_GAP);
  return {
    width: all.width + 2 * MARGIN,
    height: all.height + 2 * MARGIN,
    marks: placed(all, MARGIN, MARGIN),
  };
}

function bodyBlock(spec: FigureSpec, style: FigureStyle): Block {
  const { original } = spec;
  if (original === undefined) {
    const grid = gridBlock(spec, style.boxes, 0);
    return withKey(grid, keyBlocks(spec, style, grid.width));
  }
  const side = cellWidth(original.cell);
  const heading = headingBlock(original.heading, side, 'middle');
  const grid = gridBlock(spec, style.boxes, heading.height + HEAD_GAP);
  const picture = cellBlock(original.cell, side, style.boxes);
  const key = stacked(keyBlocks(spec, style, side), 14);
  const left = side + SIDE_GAP;
  const marks: Mark[] = [
    ...placed(heading, 0, grid.head - HEAD_GAP - heading.height),
    ...placed(picture, 0, grid.head),
    ...placed(grid, left, 0),
  ];
  const both = { width: left + grid.width, height: bottomOf(grid, picture), marks };
  const free = grid.height - grid.head - picture.height - PART_GAP;
  if (free < key.height || side < KEY_WIDTH) return withKey(both, keyBlocks(spec, style, both.width));
  return { ...both, marks: [...marks, ...placed(key, 0, grid.height - key.height)] };
}

const bottomOf = (grid: Grid, picture: Block) => Math.max(grid.height, grid.head + picture.height);

function withKey(block: Block, key: readonly Block[]): Block {
  return key.length === 0 ? block : stacked([block, flowing(key, block.width)], PART_GAP);
}
