import type { Heatmap } from '../../src/base/heatmap.js';
import type { BinaryMask } from '../../src/base/threshold.js';
import type { Runs } from '../../src/eval/boxes/runs.js';

/** A map from its rows. */
export function heatmap(rows: readonly (readonly number[])[]): Heatmap {
  return { data: Float32Array.from(rows.flat()), width: rows[0]!.length, height: rows.length };
}

/** A mask drawn with # and dots, one string a row. */
export function mask(...rows: readonly string[]): BinaryMask {
  const pixels = rows.flatMap((row) => [...row].map((character) => (character === '#' ? 1 : 0)));
  return { data: Uint8Array.from(pixels), width: rows[0]!.length, height: rows.length };
}

/** The map's values as rows, to compare with what one would write down. */
export function rowsOf({ data, width, height }: { data: ArrayLike<number>; width: number; height: number }) {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[y * width + x]),
  );
}

/** For each row its runs, as [first, last] columns. */
export function rowsOfRuns({ start, end, rowOffset }: Runs): readonly (readonly [number, number])[][] {
  return Array.from({ length: rowOffset.length - 1 }, (_, y) =>
    Array.from({ length: rowOffset[y + 1]! - rowOffset[y]! }, (_run, i): [number, number] => {
      const run = rowOffset[y]! + i;
      return [start[run]!, end[run]!];
    }),
  );
}
