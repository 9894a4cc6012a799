import { outlined } from './cell-block.js';
import { textWidth } from './font.js';
import { type Block, type Mark, placed } from './marks.js';
import { type FigureBox, type FigureSpec, type FigureStyle, isPicture, type PictureCell } from './spec.js';
import { wrapped } from './text.js';
import { SMALL, textBlock } from './text-block.js';

/* What is needed to read a figure: the bar of colours with its numbers, and the lines of the boxes. */

const BAR_WIDTH = 200;
const BAR_HEIGHT = 11;
const SAMPLE = { width: 30, height: 17 };
const GAP = 28;

interface BarWords {
  readonly signed: boolean;
  readonly words: string;
  readonly ticks: readonly string[];
}

const BARS: readonly BarWords[] = [
  { signed: false, words: 'share of the map’s maximum', ticks: ['0', '0.25', '0.5', '0.75', '1'] },
  {
    signed: true,
    words: 'share of the largest absolute value; below 0: against the class',
    ticks: ['−1', '−0.5', '0', '0.5', '1'],
  },
];

const TRUTH_WORDS = 'ground truth';
const MAP_WORDS = 'box of the map';

function pictures({ original, rows }: FigureSpec): readonly PictureCell[] {
  const inRows = rows.flatMap(({ cells }) => cells.filter(isPicture));
  return original === undefined ? inRows : [original.cell, ...inRows];
}

/** The bars and samples of a figure, one for each kind of map and box in it. */
export function keyBlocks(spec: FigureSpec, style: FigureStyle, width: number): readonly Block[] {
  const cells = pictures(spec);
  const bars = BARS.filter(({ signed }) => cells.some(({ map }) => map && (map.signed ?? false) === signed));
  const has = (role: FigureBox['role']) =>
    style.boxes && cells.some(({ boxes = [] }) => boxes.some((box) => box.role === role));
  const samples = [
    ...(has('map') ? [sample('map', spec.boxWords ?? MAP_WORDS, width)] : []),
    ...(has('truth') ? [sample('truth', TRUTH_WORDS, width)] : []),
  ];
  return [...bars.map((bar) => barBlock(bar, Math.min(width, BAR_WIDTH))), ...samples];
}

function barBlock({ signed, words, ticks }: BarWords, width: number): Block {
  const lines = wrapped(words, width, SMALL, 2).map((text) => ({ text, style: SMALL }));
  const head = textBlock(lines, width, 'start');
  const top = head.height + 4;
  const marks: Mark[] = [
    ...head.marks,
    { kind: 'image', x: 0, y: top, width, height: BAR_HEIGHT, paint: { kind: 'bar', signed } },
  ];
  const numbers = top + BAR_HEIGHT + 4;
  ticks.forEach((text, i) => {
    const x = (width * i) / (ticks.length - 1);
    const own = textWidth(text, SMALL.size, SMALL.weight);
    const [line] = textBlock([{ text, style: SMALL }], own, 'middle').marks;
    // The first and the last number stay within the bar's ends.
    const left = Math.min(Math.max(0, x - own / 2), width - own);
    const tick = Math.min(Math.max(0, x - 0.5), width - 1);
    marks.push(
      { kind: 'rect', x: tick, y: top + BAR_HEIGHT, width: 1, height: 3, fill: SMALL.color },
      { ...line!, x: left, y: numbers + line!.y },
    );
  });
  return { width, height: numbers + 16, marks };
}

function sample(role: FigureBox['role'], words: string, room: number): Block {
  const at = { x: 2, y: 2, width: SAMPLE.width - 4, height: SAMPLE.height - 4 };
  const left = SAMPLE.width + 8;
  const lines = wrapped(words, Math.max(1, room - left), SMALL, 3);
  const own = Math.ceil(Math.max(...lines.map((line) => textWidth(line, SMALL.size, SMALL.weight))));
  const text = textBlock(
    lines.map((line) => ({ text: line, style: SMALL })),
    own,
    'start',
  );
  return {
    width: left + own,
    height: Math.max(SAMPLE.height, text.height),
    marks: [
      { kind: 'rect', x: 0, y: 0, ...SAMPLE, fill: '#8c8c8c' },
      ...outlined(at, role),
      ...placed(text, left, Math.max(0, (SAMPLE.height - text.height) / 2)),
    ],
  };
}

/** Blocks below each other. */
export function stacked(blocks: readonly Block[], gap: number): Block {
  let y = 0;
  const marks = blocks.flatMap((block) => {
    const own = placed(block, 0, y);
    y += block.height + gap;
    return own;
  });
  return { width: Math.max(0, ...blocks.map(({ width }) => width)), height: Math.max(0, y - gap), marks };
}

/** Blocks beside each other, in as many lines as `width` asks for. */
export function flowing(blocks: readonly Block[], width: number): Block {
  const lines: Block[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const block of blocks) {
    if (used + GAP + block.width > width) {
      lines.push([]);
      used = -GAP;
    }
    lines.at(-1)!.push(block);
    used += GAP + block.width;
  }
  return stacked(lines.map(beside), 12);
}

/** Blocks in one line, in the middle of its height. */
function beside(blocks: readonly Block[]): Block {
  const height = Math.max(...blocks.map((block) => block.height));
  let x = 0;
  const marks = blocks.flatMap((block) => {
    const own = placed(block, x, Math.round((height - block.height) / 2));
    x += block.width + GAP;
    return own;
  });
  return { width: x - GAP, height, marks };
}
