import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { energyInside, hits, peakOf } from '../../../src/eval/maps/pointing-game.js';
import { heatmaps, masks } from '../arbitraries.js';
import { heatmap, mask } from '../maps.js';

describe('peakOf', () => {
  it('is the largest value, of equal ones the first row by row', () => {
    const map = heatmap([
      [0, 1, 0, 0],
      [0, 0, 3, 0],
      [3, 0, 0, 3],
      [0, 0, 0, 2],
    ]);
    expect(peakOf(map)).toEqual({ x: 2, y: 1, value: 3 });
  });

  it('is nowhere on a map without a positive value', () => {
    expect(peakOf(heatmap([[0, 0, -1]]))).toBeUndefined();
  });
});

describe('hits', () => {
  const object = mask('....', '....', '....', '..#.');

  it('counts a distance below the tolerance, not at it', () => {
    // (0, 3) lies 2 from the object's only pixel (2, 3).
    expect(hits(object, { x: 0, y: 3 }, 2)).toBe(false);
    expect(hits(object, { x: 0, y: 3 }, 2.01)).toBe(true);
    // A circle, no square: (0, 1) lies √8 away.
    expect(hits(object, { x: 0, y: 1 }, 2.8)).toBe(false);
    expect(hits(object, { x: 0, y: 1 }, 2.9)).toBe(true);
  });

  it('takes points between pixels, as the centre of an image is', () => {
    expect(hits(mask('#.', '..'), { x: 1, y: 1 }, 1.5)).toBe(true);
    expect(hits(mask('#...', '....', '....', '....'), { x: 2, y: 2 }, 2.5)).toBe(false);
    expect(hits(mask('..', '..'), { x: 1, y: 1 }, 15)).toBe(false);
  });

  it('agrees with the distance to the nearest pixel, as defined', () => {
    fc.assert(
      fc.property(
        masks,
        fc.nat(11),
        fc.nat(11),
        fc.double({ min: 1, max: 9, noNaN: true }),
        (given, x, y, tolerance) => {
          let nearest = Number.POSITIVE_INFINITY;
          given.data.forEach((inside, i) => {
            if (inside === 0) return;
            const [dx, dy] = [(i % given.width) - x, Math.floor(i / given.width) - y];
            nearest = Math.min(nearest, dx * dx + dy * dy);
          });
          expect(hits(given, { x, y }, tolerance)).toBe(nearest < tolerance * tolerance);
        },
      ),
    );
  });
});

describe('energyInside', () => {
  it('is the share of the positive values', () => {
    const map = heatmap([
      [1, 2, 0, 0],
      [-5, 4, 0, 1],
    ]);
    expect(energyInside(map, mask('.##.', '##..'))).toBe(6 / 8);
    expect(energyInside(heatmap([[0, -1]]), mask('##'))).toBe(0);
  });

  it('adds up to one over a mask and its complement', () => {
    fc.assert(
      fc.property(heatmaps, fc.infiniteStream(fc.boolean()), (map, stream) => {
        const data = Uint8Array.from(map.data, () => (stream.next().value ? 1 : 0));
        const inside = { ...map, data };
        const outside = { ...map, data: data.map((value) => 1 - value) };
        const expected = map.data.some((value) => value > 0) ? 1 : 0;
        expect(energyInside(map, inside) + energyInside(map, outside)).toBeCloseTo(expected, 9);
      }),
    );
  });
});
