import { describe, expect, it } from 'vitest';
import { largestBoxAt } from '../../../src/eval/boxes/largest-box.js';
import { meanBox } from '../../../src/eval/boxes/mean-box.js';
import { boxRule } from '../box-rules.js';

const map = (rows: readonly (readonly number[])[]) => ({
  data: Float32Array.from(rows.flat()),
  width: rows[0]!.length,
  height: rows.length,
});

/** Mean 1: two spots, of 4 and of 6, and a faint pixel of 2. */
const spots = map([
  [0, 0, 0, 4],
  [0, 0, 0, 0],
  [0, 6, 2, 0],
  [4, 0, 0, 0],
]);

describe('meanBox', () => {
  it('boxes everything above α · mean, connected or not', () => {
    expect(meanBox(spots, 3)).toEqual({ x0: 0, y0: 0, x1: 3, y1: 3 });
    expect(meanBox(spots, 5)).toEqual({ x0: 1, y0: 2, x1: 1, y1: 2 });
  });

  it('a value exactly at α · mean is left out', () => {
    expect(meanBox(spots, 4)).toEqual({ x0: 1, y0: 2, x1: 1, y1: 2 });
  });

  it('has no box when nothing is left, or nothing was there', () => {
    expect(meanBox(spots, 6)).toBeUndefined();
    expect(meanBox(map([[0, 0]]), 0)).toBeUndefined();
    expect(meanBox(map([[-1, -2]]), 1)).toBeUndefined();
  });

  it('scaling the map changes no box', () => {
    const scaled = { ...spots, data: spots.data.map((value) => value * 8) };
    for (const alpha of [0, 1, 2.5, 4, 5]) expect(meanBox(scaled, alpha)).toEqual(meanBox(spots, alpha));
  });

  it('is a rule of its own beside the largest component', () => {
    const extent = { width: 4, height: 4 };
    const mean = largestBoxAt(spots, extent, boxRule({ rule: 'mean', alpha: 3 }));
    expect(mean).toEqual({ x0: 0, y0: 0, x1: 3, y1: 3 });
    const largest = largestBoxAt(spots, extent, boxRule({ threshold: 0.6, connectivity: 4 }));
    expect(largest).toEqual({ x0: 3, y0: 0, x1: 3, y1: 0 });
  });
});
