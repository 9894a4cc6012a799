import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinaryMask } from '../../../src/base/threshold.js';
import { type Component, findComponents, largestComponent } from '../../../src/eval/boxes/components.js';
import { masks } from '../arbitraries.js';
import { mask } from '../maps.js';

describe('findComponents', () => {
  const diagonal = mask(
    '#..#', //
    '.#..',
    '....',
    '##..',
  );

  it('joins corners with 8-connectivity, only sides with 4', () => {
    const corner = { box: { x0: 3, y0: 0, x1: 3, y1: 0 }, pixelCount: 1, firstX: 3 };
    const bottom = { box: { x0: 0, y0: 3, x1: 1, y1: 3 }, pixelCount: 2, firstX: 0 };
    expect(findComponents(diagonal, 8)).toEqual([
      { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, pixelCount: 2, firstX: 0 },
      corner,
      bottom,
    ]);
    expect(findComponents(diagonal, 4)).toEqual([
      { box: { x0: 0, y0: 0, x1: 0, y1: 0 }, pixelCount: 1, firstX: 0 },
      corner,
      { box: { x0: 1, y0: 1, x1: 1, y1: 1 }, pixelCount: 1, firstX: 1 },
      bottom,
    ]);
  });

  it('joins arms that meet late: a spiral is one component', () => {
    const spiral = mask(
      '#####', //
      '....#',
      '###.#',
      '#...#',
      '#####',
    );
    expect(findComponents(spiral, 4)).toEqual([
      { box: { x0: 0, y0: 0, x1: 4, y1: 4 }, pixelCount: 17, firstX: 0 },
    ]);
  });

  it('agrees with a flood fill', () => {
    fc.assert(
      fc.property(masks, fc.constantFrom(4 as const, 8 as const), (random, connectivity) => {
        expect(findComponents(random, connectivity)).toEqual(floodFill(random, connectivity));
      }),
      { numRuns: 400 },
    );
  });

  it('takes every second pixel of a chessboard apart, or together', () => {
    const board = mask('#.#.', '.#.#', '#.#.', '.#.#');
    expect(findComponents(board, 4)).toHaveLength(8);
    expect(findComponents(board, 8)).toEqual([
      { box: { x0: 0, y0: 0, x1: 3, y1: 3 }, pixelCount: 8, firstX: 0 },
    ]);
  });
});

describe('largestComponent', () => {
  const thinAndThick = mask(
    '#.....', //
    '#.....',
    '#.....',
    '####..',
    '......',
    '..####',
    '..####',
  );

  it('counts pixels or the area of the box', () => {
    expect(largestComponent(thinAndThick, 8, 'count')).toMatchObject({
      box: { x0: 2, y0: 5, x1: 5, y1: 6 },
      pixelCount: 8,
    });
    expect(largestComponent(thinAndThick, 8, 'box-area')).toMatchObject({
      box: { x0: 0, y0: 0, x1: 3, y1: 3 },
      pixelCount: 7,
    });
  });

  it('is the first in raster order among equals', () => {
    const equals = mask('..##', '....', '##..');
    expect(largestComponent(equals)?.box).toEqual({ x0: 2, y0: 0, x1: 3, y1: 0 });
    expect(largestComponent(equals, 8, 'box-area')?.box).toEqual({ x0: 2, y0: 0, x1: 3, y1: 0 });
  });

  it('is the whole of a full mask and nothing of an empty one', () => {
    expect(largestComponent(mask('##', '##'))).toMatchObject({
      box: { x0: 0, y0: 0, x1: 1, y1: 1 },
      pixelCount: 4,
    });
    expect(largestComponent(mask('..', '..'))).toBeUndefined();
  });
});

/** The slow, obvious way: fill from each pixel not seen yet. */
function floodFill({ data, width, height }: BinaryMask, connectivity: 4 | 8): Component[] {
  const seen = new Set<number>();
  const components: Component[] = [];
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0 || seen.has(i)) continue;
    const pixels = [i];
    seen.add(i);
    for (const pixel of pixels) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      for (const [dx, dy] of neighbours(connectivity)) {
        const next = (y + dy) * width + x + dx;
        const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
        if (!inside || data[next] === 0 || seen.has(next)) continue;
        seen.add(next);
        pixels.push(next);
      }
    }
    const xs = pixels.map((p) => p % width);
    const ys = pixels.map((p) => Math.floor(p / width));
    const box = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
    components.push({ box, pixelCount: pixels.length, firstX: i % width });
  }
  return components;
}

function neighbours(connectivity: 4 | 8): readonly (readonly [number, number])[] {
  const sides = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const;
  const corners = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const;
  return connectivity === 4 ? sides : [...sides, ...corners];
}
