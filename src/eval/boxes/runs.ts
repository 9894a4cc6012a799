import type { Heatmap } from '../../base/heatmap.js';
import type { BinaryMask, Comparison } from '../../base/threshold.js';

/** Maximal horizontal stretches of foreground in raster order; run i covers columns start..end of its row, inclusive. */
export interface Runs {
  readonly length: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Index of each row's first run; one entry more than there are rows. */
  readonly rowOffset: Int32Array;
}

/** Runs as they come, row by row. Grows: room for the most that there can be would be cleared anew for each map. */
export class RunList {
  readonly #rowOffset: Int32Array;
  #start = new Int32Array(256);
  #end = new Int32Array(256);
  #length = 0;
  /** Where the run at work began; -1 outside of a run. */
  #open = -1;

  constructor(rows: number) {
    this.#rowOffset = new Int32Array(rows + 1);
  }

  /** Columns from … to − 1, which follow those marked before, are foreground or not; none of them where to <= from. */
  mark(from: number, to: number, foreground: boolean): void {
    if (foreground === this.#open >= 0 || from >= to) return;
    if (foreground) {
      this.#open = from;
      return;
    }
    this.push(this.#open, from - 1);
    this.#open = -1;
  }

  push(start: number, end: number): void {
    if (this.#length === this.#start.length) {
      this.#start = doubled(this.#start);
      this.#end = doubled(this.#end);
    }
    this.#start[this.#length] = start;
    this.#end[this.#length++] = end;
  }

  /** Ends row `y`, `width` wide: it has the runs pushed and marked since the last row's end. */
  endRow(y: number, width: number): void {
    this.mark(width, width + 1, false);
    this.#rowOffset[y + 1] = this.#length;
  }

  finish(): Runs {
    return { length: this.#length, start: this.#start, end: this.#end, rowOffset: this.#rowOffset };
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * values.length);
  wider.set(values);
  return wider;
}

export function runsOfMask(mask: BinaryMask): Runs {
  return runsAtLeast(mask, 1);
}

/** The runs of the mask that `thresholdMap` gives, without the mask, which takes longer to make than the runs to find. */
export function runsAbove(map: Heatmap, level: number, comparison: Comparison): Runs {
  return runsAtLeast(map, leastForeground(level, comparison));
}

function runsAtLeast({ data, width, height }: BinaryMask | Heatmap, least: number): Runs {
  const runs = new RunList(height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let x = 0;
    while (x < width) {
      if (!(data[row + x]! >= least)) {
        x++;
        continue;
      }
      const start = x;
      while (x < width && data[row + x]! >= least) x++;
      runs.push(start, x - 1);
    }
    runs.endRow(y, width);
  }
  return runs.finish();
}

/**
 * A number that a float32 is at or above exactly when it is at or above (`>=`), or above (`>`), the level: one comparison
 * for both kinds.
 *
 * @param level not negative
 */
export function leastForeground(level: number, comparison: Comparison): number {
  if (comparison === '>=') return level;
  const rounded = new Float32Array([level]);
  if (rounded[0]! > level) return rounded[0]!;
  new Int32Array(rounded.buffer)[0]! += 1;
  return rounded[0]!;
}
