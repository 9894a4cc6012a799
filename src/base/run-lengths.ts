import type { Size } from './size.js';

/**
 * A binary mask as COCO stores it: lengths of runs that alternate between outside and inside, beginning outside (perhaps
 * with a run of 0), **column by column** from the top left. They add up to width · height.
 */
export interface RunLengths extends Size {
  readonly counts: readonly number[];
}

/** Sets the mask's pixels to 1 in `out`, [height, width] row-major. Pixels that are set already stay set. */
export function paintRuns({ height, counts, width }: RunLengths, out: Uint8Array): void {
  if (out.length !== width * height) throw new RangeError(`a mask of ${width} × ${height} on ${out.length}`);
  let at = 0;
  counts.forEach((length, run) => {
    if (run % 2 === 1) {
      for (let i = at; i < at + length; i++) out[(i % height) * width + Math.floor(i / height)] = 1;
    }
    at += length;
  });
}
