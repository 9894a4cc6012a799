import type { RunLengths } from '../base/run-lengths.js';
import type { Size } from '../base/size.js';
import { DataError } from '../errors.js';

/**
 * The counts of COCO's compressed run lengths: groups of five bits from the low ones up, a sixth bit says that another
 * follows, the fifth of the last is the sign; from the fourth count on, the difference to the count two before. (The
 * format of `maskApi.c`, `rleFrString`.)
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
  const from = new Uint8Array(runs.width * runs.height);
  let at = 0;
  runs.counts.forEach((count, run) => {
    if (run % 2 === 1) from.fill(1, at, at + count);
    at += count;
  });
  const source = (target: number, side: number, original: number) =>
    Math.floor(((2 * target + 1) * original) / (2 * side));
  const columns = new Uint8Array(width * height);
  for (let x = 0; x < width; x++) {
    const column = source(x, width, runs.width) * runs.height;
    for (let y = 0; y < height; y++) columns[x * height + y] = from[column + source(y, height, runs.height)]!;
  }
  return runsOf(columns, { width, height });
}
