import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { squaredDistances } from '../../../src/eval/maps/distance-transform.js';
import { masks } from '../arbitraries.js';
import { mask, rowsOf } from '../maps.js';

describe('squaredDistances', () => {
  it('counts from pixel centre to pixel centre, diagonals as the crow flies', () => {
    const drawn = mask('####', '####', '.###');
    const distances = squaredDistances(drawn)!;
    expect(rowsOf({ data: distances, width: 4, height: 3 })).toEqual([
      [4, 5, 8, 13],
      [1, 2, 5, 10],
      [0, 1, 4, 9],
    ]);
  });

  it('a mask without background has none; one without foreground is 0', () => {
    expect(squaredDistances(mask('##', '##'))).toBeUndefined();
    expect([...squaredDistances(mask('..', '..'))!]).toEqual([0, 0, 0, 0]);
  });

  it('is the least distance over all background pixels', () => {
    fc.assert(
      fc.property(masks, (drawn) => {
        const { data, width } = drawn;
        const background = [...data.keys()].filter((i) => data[i] === 0);
        fc.pre(background.length > 0);
        const distance = (i: number, j: number) =>
          ((i % width) - (j % width)) ** 2 + (Math.floor(i / width) - Math.floor(j / width)) ** 2;
        const expected = [...data.keys()].map((i) => Math.min(...background.map((j) => distance(i, j))));
        expect([...squaredDistances(drawn)!]).toEqual(expected);
      }),
    );
  });
});
