import type { LocalizationCues } from './localization-cues.js';

/** Grid of SEC's cues and the network that they train. */
export const CUE_SIDE = 41;

/** Cues as text, runs over the grid row by row: `label.count`, label −1 where there is none. */
export function packCues({ labels, rows, columns }: LocalizationCues): string {
  const grid = new Int16Array(CUE_SIDE * CUE_SIDE).fill(-1);
  labels.forEach((label, i) => {
    grid[rows[i]! * CUE_SIDE + columns[i]!] = label;
  });
  const runs: string[] = [];
  for (let start = 0; start < grid.length; ) {
    let end = start + 1;
    while (end < grid.length && grid[end] === grid[start]) end++;
    runs.push(`${grid[start]}.${end - start}`);
    start = end;
  }
  return runs.join(' ');
}

/** Whether runs such as `packCues` writes fill the grid, no less and no more. */
export function coversGrid(text: string): boolean {
  return text.split(' ').reduce((sum, run) => sum + Number(run.split('.')[1]), 0) === CUE_SIDE ** 2;
}

/** What `packCues` packed, in raster order. */
export function unpackCues(text: string): LocalizationCues {
  const cues = { labels: [] as number[], rows: [] as number[], columns: [] as number[] };
  let at = 0;
  for (const run of text.split(' ')) {
    const [label, count] = run.split('.').map(Number) as [number, number];
    for (let i = 0; i < count; i++, at++) {
      if (label < 0) continue;
      cues.labels.push(label);
      cues.rows.push(Math.floor(at / CUE_SIDE));
      cues.columns.push(at % CUE_SIDE);
    }
  }
  return cues;
}

/** One image for SEC's training. */
export interface CuedImage {
  /** Labels of the image's classes (class + 1). */
  readonly labels: readonly number[];
  readonly cues: LocalizationCues;
}

/**
 * `localization_cues.pickle` as SEC's AnnotationLayer reads it: a dictionary with `<number>_labels`, the labels of the
 * image's classes, and `<number>_cues`, three rows (label, row, column). Pickle's protocol 0, which is plain text and
 * which Python 2 and 3 read; lists stand where SEC's own file has arrays, and index an array in the same way.
 */
export async function* cuePickle(images: AsyncIterable<CuedImage>): AsyncGenerator<string> {
  yield '(d';
  let number = 0;
  for await (const { labels, cues } of images) {
    yield `V${number}_labels\n${list(labels)}s`;
    yield `V${number}_cues\n(l${[cues.labels, cues.rows, cues.columns].map((row) => `${list(row)}a`).join('')}s`;
    number++;
  }
  yield '.';
}

function list(values: readonly number[]): string {
  return `(l${values.map((value) => `I${value}\na`).join('')}`;
}
