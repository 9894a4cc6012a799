import { cellBlock, cellWidth, NARROWEST } from './cell-block.js';
import { type Block, placed } from './marks.js';
import type { FigureRow, FigureSpec } from './spec.js';
import { headingBlock, headingWidth } from './text-block.js';

const COLUMN_GAP = 10;
const ROW_GAP = 12;
const HEAD_GAP = 7;
const LABEL_GAP = 12;
const LABEL_WIDTH = 128;
const HEAD_LINES = { title: 2, detail: 2 };
const LABEL_LINES = { title: 3, detail: 3 };

/** The grid of a figure, and how far below its top the first row of pictures begins. */
export interface Grid extends Block {
  readonly head: number;
}

/** @param head the least room for headings above the first row */
export function gridBlock({ columns, rows }: FigureSpec, boxes: boolean, head: number): Grid {
  const widths = columnWidths(rows, columns.length);
  const labels = rows.flatMap(({ label }) => (label === undefined ? [] : [headingWidth(label)]));
  const labelWidth = Math.min(LABEL_WIDTH, Math.max(0, ...labels));
  const first = labelWidth === 0 ? 0 : labelWidth + LABEL_GAP;
  const lefts = widths.map(
    (_, i) => first + widths.slice(0, i).reduce((sum, width) => sum + width + COLUMN_GAP, 0),
  );
  const headings = columns.map((heading, i) =>
    headingBlock(heading, widths[i]!, 'middle', undefined, HEAD_LINES),
  );
  const headHeight = Math.max(head, ...headings.map(({ height }) => height + HEAD_GAP));
  // Headings stand on the pictures, whatever the number of their lines.
  const marks = headings.flatMap((block, i) =>
    placed(block, lefts[i]!, headHeight - HEAD_GAP - block.height),
  );
  let top = headHeight;
  for (const { label, cells } of rows) {
    const blocks = cells.map((cell, i) => cellBlock(cell, widths[i]!, boxes));
    const height = Math.max(0, ...blocks.map((block) => block.height));
    const side = label && headingBlock(label, labelWidth, 'end', undefined, LABEL_LINES);
    marks.push(...blocks.flatMap((block, i) => placed(block, lefts[i]!, top)));
    if (side !== undefined)
      marks.push(...placed(side, 0, top + Math.max(0, Math.round((height - side.height) / 2))));
    top += Math.max(height, side?.height ?? 0) + ROW_GAP;
  }
  const width = (lefts.at(-1) ?? first) + (widths.at(-1) ?? 0);
  return { width, height: Math.max(headHeight, top - ROW_GAP), marks, head: headHeight };
}

function columnWidths(rows: readonly FigureRow[], columns: number): readonly number[] {
  const count = Math.max(columns, ...rows.map(({ cells }) => cells.length));
  return Array.from({ length: count }, (_, i) =>
    Math.max(
      NARROWEST,
      ...rows.flatMap(({ cells }) => (cells[i] === undefined ? [] : [cellWidth(cells[i])])),
    ),
  );
}
