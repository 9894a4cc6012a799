import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinaryMask } from '../../../src/base/threshold.js';
import { findComponents } from '../../../src/eval/boxes/components.js';
import { outerContourArea } from '../../../src/eval/boxes/outer-contour.js';
import { masks } from '../arbitraries.js';
import { mask } from '../maps.js';

const areas = (drawn: BinaryMask) =>
  findComponents(drawn).map(({ box, firstX }) => outerContourArea(drawn, firstX, box.y0));

describe('outerContourArea', () => {
  it('goes through pixel centres: an n × m rectangle has (n − 1)(m − 1)', () => {
    expect(areas(mask('####', '####', '####'))).toEqual([6]);
  });

  it('is 0 for what is one pixel thin, there and back', () => {
    expect(areas(mask('#..', '...', '..#'))).toEqual([0, 0]);
    expect(areas(mask('#...#', '.#.#.', '..#..'))).toEqual([0]);
    expect(areas(mask('####', '...#', '####'))).toEqual([1]);
  });

  it('cuts corners and fills holes', () => {
    // OpenCV 5.0.0, contourArea(findContours(…)[0])
    expect(areas(mask('.#.', '#.#', '.#.'))).toEqual([2]);
    expect(areas(mask('.#.', '###', '.#.'))).toEqual([2]);
    expect(areas(mask('#####', '#...#', '#.#.#', '#...#', '#####'))).toEqual([16, 0]);
  });

  it('does not stop at a start that the border passes twice', () => {
    expect(areas(mask('..#..', '##.##', '##.##'))).toEqual([2]);
    expect(areas(mask('.#.', '###', '#.#'))).toEqual([2]);
  });

  it('is the filled shape cut into unit squares and half squares', () => {
    fc.assert(
      fc.property(masks, (random) => {
        const expected = findComponents(random).map(({ box, firstX }) =>
          filledArea(only(random, firstX, box.y0)),
        );
        expect(areas(random)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});

/** The 8-connected component of a pixel alone, its holes filled, with a frame of background. */
function only({ data, width, height }: BinaryMask, x: number, y: number): BinaryMask {
  const wide = width + 2;
  const grow = (start: number, diagonal: boolean, inside: (at: number) => boolean) => {
    const seen = new Set([start]);
    for (const at of seen) {
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const [nx, ny] = [(at % wide) + dx, Math.floor(at / wide) + dy];
          const next = ny * wide + nx;
          if (nx < 0 || ny < 0 || nx >= wide || ny >= height + 2 || (!diagonal && dx * dy !== 0)) continue;
          if (inside(next)) seen.add(next);
        }
      }
    }
    return seen;
  };
  const set = (at: number) => {
    const [px, py] = [(at % wide) - 1, Math.floor(at / wide) - 1];
    return px >= 0 && py >= 0 && px < width && py < height && data[py * width + px] !== 0;
  };
  const component = grow((y + 1) * wide + x + 1, true, set);
  const outside = grow(0, false, (at) => !component.has(at));
  const filled = Uint8Array.from({ length: wide * (height + 2) }, (_, at) => (outside.has(at) ? 0 : 1));
  return { data: filled, width: wide, height: height + 2 };
}

/** Four pixels in a square enclose 1, three of them ½, two nothing. */
function filledArea({ data, width, height }: BinaryMask): number {
  let area = 0;
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = y * width + x;
      const count = data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!;
      area += Math.max(0, count - 2) / 2;
    }
  }
  return area;
}
