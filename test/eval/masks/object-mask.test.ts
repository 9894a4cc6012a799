import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paintRuns } from '../../../src/base/run-lengths.js';
import { objectMask } from '../../../src/eval/masks/object-mask.js';
import { boxes } from '../arbitraries.js';
import { mask } from '../maps.js';

const size = { width: 5, height: 4 };
const flags = { className: 'c', difficult: false, truncated: false, occluded: false };

describe('objectMask', () => {
  it('is the union of the class’s boxes and segmentations', () => {
    const objects = [
      { ...flags, classIndex: 0, box: { x0: 1, y0: 0, x1: 2, y1: 1 } },
      // Column by column: rows 1 to 3 of column 3, row 0 of column 4.
      {
        ...flags,
        classIndex: 0,
        box: { x0: 0, y0: 0, x1: 4, y1: 3 },
        region: { ...size, counts: [13, 4, 3] },
      },
      { ...flags, classIndex: 1, box: { x0: 0, y0: 3, x1: 0, y1: 3 } },
    ];
    expect(objectMask({ objects, size }, 0)).toEqual(mask('.##.#', '.###.', '...#.', '...#.'));
    expect(objectMask({ objects, size }, 1)).toEqual(mask('.....', '.....', '.....', '#....'));
    expect(objectMask({ objects, size }, 2).data.every((value) => value === 0)).toBe(true);
  });

  it('covers whole-pixel boxes exactly, and of scaled ones the pixels whose centre is inside', () => {
    fc.assert(
      fc.property(boxes, (box) => {
        const [width, height] = [24, 24];
        const { data } = objectMask(
          { objects: [{ ...flags, classIndex: 0, box }], size: { width, height } },
          0,
        );
        const covered = Array.from(data, (_, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          return Number(x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1);
        });
        expect([...data].join('')).toBe(covered.join(''));
      }),
    );
    const scaled = { ...flags, classIndex: 0, box: { x0: 0.4, y0: 0.6, x1: 2.6, y1: 1.4 } };
    // It covers [0.4, 3.6) × [0.6, 2.4).
    expect(objectMask({ objects: [scaled], size }, 0)).toEqual(mask('.....', '####.', '.....', '.....'));
  });
});

it('paintRuns refuses a mask of another size', () => {
  expect(() => paintRuns({ width: 2, height: 2, counts: [4] }, new Uint8Array(6))).toThrow('2 × 2');
});
