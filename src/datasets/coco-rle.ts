import { DataError } from '../base/errors.js';
import type { RunLengths } from '../base/run-lengths.js';
import type { Size } from '../base/size.js';

/** Seven groups of five bits are the most that a count of 32 bits takes. */
const MOST_SCALE = 32 ** 6;

/**
 * The counts of COCO's compressed run lengths. A number is groups of five bits from the low ones up. A sixth bit says
 * that another group follows, and the fifth bit of the last is the sign. From the fourth count on, each is the
 * difference to the count two before. (The format of `maskApi.c`, `rleFrString`.)
 *
 * @throws DataError naming `where`
 */
export function countsOfString(text: string, where: string): readonly number[] {
  const counts: number[] = [];
  let [value, scale] = [0, 1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code < 0 || code > 63)
      throw new DataError(`${where}: no run lengths: sign ${i + 1} is none of theirs`);
    if (scale > MOST_SCALE) throw new DataError(`${where}: a run of more than 2^32 pixels`);
    value += (code % 32) * scale;
    scale *= 32;
    if (code >= 32) continue;
    if (code >= 16) value -= scale;
    if (counts.length > 2) value += counts.at(-2)!;
    counts.push(value);
    [value, scale] = [0, 1];
  }
  if (scale > 1) throw new DataError(`${where}: the run lengths are cut off`);
  return counts;
}

/** @throws DataError naming `where`, when the runs do not fill the image exactly */
export function checkedRuns(counts: readonly number[], { width, height }: Size, where: string): RunLengths {
  if (counts.length > 2 * width * height + 1) {
    throw new DataError(`${where}: ${counts.length} runs, the image has ${width}x${height}`);
  }
  const bad = counts.find((count) => !Number.isInteger(count) || count < 0);
  if (bad !== undefined) throw new DataError(`${where}: a run of ${bad} pixels`);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== width * height) {
    throw new DataError(`${where}: the runs cover ${total} pixels, the image has ${width}x${height}`);
  }
  return { width, height, counts };
}

/** The run lengths of a mask that is stored column by column. */
export function runsOf(columns: Uint8Array, { width, height }: Size): RunLengths {
  const counts: number[] = [];
  let [inside, length] = [0, 0];
  for (const pixel of columns) {
    if (pixel !== inside) {
      counts.push(length);
      [inside, length] = [pixel, 0];
    }
    length++;
  }
  counts.push(length);
  return { width, height, counts };
}

/** The same mask in an image of another size: each pixel is what the original has at its centre. */
export function resizeRuns(runs: RunLengths, { width, height }: Size): RunLengths {
  if (runs.width === width && runs.height === height) return runs;
  const columns = new Uint8Array(width * height);
  let at = 0;
  const edges = runs.counts.map((count) => {
    at += count;
    return at;
  });
  paintEdges(edges, runs, columns, { width, height });
  return runsOf(columns, { width, height });
}

/**
 * Sets to 1 what lies behind an odd number of edges. Nothing of the size that the edges speak of is made.
 *
 * @param edges ascending positions x · height + y of an image of size `from`: outside before the first, inside behind it, and
 *   so on in turn
 * @param out [width, height] of `to`, column by column; pixels that are set already stay set
 */
export function paintEdges(edges: ArrayLike<number>, from: Size, out: Uint8Array, to: Size): void {
  if (from.width === to.width && from.height === to.height) {
    for (let i = 0; i < edges.length; i += 2) out.fill(1, edges[i]!, edges[i + 1] ?? out.length);
    return;
  }
  const centre = (target: number, side: number, original: number) =>
    Math.floor(((2 * target + 1) * original) / (2 * side));
  const [first, last] = columnsOf(edges, from, to);
  let passed = 0;
  for (let x = first; x <= last; x++) {
    const column = centre(x, to.width, from.width) * from.height;
    for (let y = 0; y < to.height; y++) {
      const position = column + centre(y, to.height, from.height);
      // In a larger copy two columns show the same one.
      if (y === 0) passed = firstBeyond(edges, position);
      while (passed < edges.length && edges[passed]! <= position) passed++;
      if (passed % 2 === 1) out[x * to.height + y] = 1;
    }
  }
}

/** The columns of `to` between which all inside lies, with one to spare on each side. */
function columnsOf(edges: ArrayLike<number>, from: Size, to: Size): readonly [number, number] {
  if (edges.length === 0) return [0, -1];
  const scaled = (column: number) => Math.floor((column * to.width) / from.width);
  const first = scaled(Math.floor(edges[0]! / from.height)) - 1;
  // An odd number of edges: the inside goes on to the end.
  const last =
    edges.length % 2 === 1
      ? to.width - 1
      : scaled(Math.floor(edges[edges.length - 1]! / from.height) + 1) + 1;
  return [Math.max(0, first), Math.min(to.width - 1, last)];
}

/** The index of the first edge beyond a position. */
function firstBeyond(edges: ArrayLike<number>, position: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
