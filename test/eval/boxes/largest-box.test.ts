import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleBox } from '../../../src/base/box.js';
import { largestBoxAt } from '../../../src/eval/boxes/largest-box.js';
import { largestBox } from '../../../src/eval/index.js';
import { heatmaps } from '../arbitraries.js';
import { boxRule, DEFAULT_BOX_RULE } from '../box-rules.js';
import { heatmap } from '../maps.js';

const four = { width: 4, height: 4 };

describe('largestBox on maps of the image’s own size', () => {
  const frames = { image: four, input: four };

  it('boxes the larger of two blobs', () => {
    const map = heatmap([
      [100, 0, 0, 0],
      [0, 0, 0, 20],
      [0, 0, 20, 15],
      [0, 14, 0, 0],
    ]);
    expect(largestBox(map, frames, DEFAULT_BOX_RULE)).toEqual({ x0: 2, y0: 1, x1: 3, y1: 2 });
  });

  it('follows every switch of the rule', () => {
    const map = heatmap([
      [100, 0, 15, 0],
      [0, 15, 0, 0],
      [0, 0, 0, 0],
      [60, 60, 0, 0],
    ]);
    const box = (keys: object) => largestBox(map, frames, boxRule(keys));
    expect(box({})).toEqual({ x0: 0, y0: 0, x1: 2, y1: 1 });
    expect(box({ connectivity: 4 })).toEqual({ x0: 0, y0: 3, x1: 1, y1: 3 });
    expect(box({ comparison: '>' })).toEqual({ x0: 0, y0: 3, x1: 1, y1: 3 });
    expect(box({ threshold: 0.7 })).toEqual({ x0: 0, y0: 0, x1: 0, y1: 0 });
  });

  it('gives no box for a map that points nowhere', () => {
    const nowhere = heatmap([
      [0, 0],
      [0, 0],
    ]);
    expect(largestBox(nowhere, frames, DEFAULT_BOX_RULE)).toBeUndefined();
    expect(largestBox(nowhere, frames, boxRule({ frame: 'input' }))).toBeUndefined();
  });
});

describe('largestBox through a resize', () => {
  const corner = heatmap([
    [1, 0],
    [0, 0],
  ]);

  it('thresholds after the resize to the image', () => {
    // Along one axis the 2 → 4 resize of (1, 0) is 1, .75, .25, 0: the products reach .15 at
    // (0,0) … (2,1), (1,2), (2,0), (0,2) but not at (2,2) = .0625.
    expect(largestBox(corner, { image: four, input: { width: 2, height: 2 } }, DEFAULT_BOX_RULE)).toEqual({
      x0: 0,
      y0: 0,
      x1: 2,
      y1: 2,
    });
  });

  it('or at the input, and scales the box from there', () => {
    const rule = boxRule({ frame: 'input' });
    const frames = { image: { width: 8, height: 6 }, input: { width: 2, height: 2 } };
    expect(largestBox(corner, frames, rule)).toEqual({ x0: 0, y0: 0, x1: 3, y1: 2 });
  });

  it('takes the maximum of the resized map, not of the raw one', () => {
    // 4 → 2 averages pairs: the peak of 8 becomes 4, and 15 % of 4 is .6 (of 8 it would be 1.2).
    const peaked = heatmap([[8, 0, 1, 1]]);
    expect(largestBoxAt(peaked, { width: 2, height: 1 }, DEFAULT_BOX_RULE)).toEqual({
      x0: 0,
      y0: 0,
      x1: 1,
      y1: 0,
    });
  });

  it('uses a buffer without changing the box', () => {
    const buffer = new Float32Array(100).fill(7);
    const frames = { image: { width: 9, height: 7 }, input: four };
    expect(largestBox(corner, frames, DEFAULT_BOX_RULE, buffer)).toEqual(
      largestBox(corner, frames, DEFAULT_BOX_RULE),
    );
  });
});

describe('the box of a map', () => {
  const extent = fc.record({
    width: fc.integer({ min: 1, max: 30 }),
    height: fc.integer({ min: 1, max: 30 }),
  });

  it('does not change when the map is multiplied by a positive power of two', () => {
    fc.assert(
      fc.property(heatmaps, extent, fc.integer({ min: -20, max: 20 }), (map, size, power) => {
        const scaled = { ...map, data: map.data.map((value) => value * 2 ** power) };
        expect(largestBoxAt(scaled, size, DEFAULT_BOX_RULE)).toEqual(
          largestBoxAt(map, size, DEFAULT_BOX_RULE),
        );
      }),
    );
  });

  it('grows with the image, block for block, when nearest upsampling is used', () => {
    const factor = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        heatmaps,
        factor,
        factor,
        fc.constantFrom(4 as const, 8 as const),
        (map, sx, sy, connectivity) => {
          const rule = boxRule({ upsampling: 'nearest', connectivity });
          const once = largestBoxAt(map, map, rule);
          const size = { width: map.width * sx, height: map.height * sy };
          expect(largestBoxAt(map, size, rule)).toEqual(once && scaleBox(once, sx, sy));
        },
      ),
    );
  });

  it('mirrors with the map, unless a tie decides', () => {
    const peak = heatmap([
      [0, 0, 0, 0],
      [0, 9, 5, 0],
      [0, 2, 0, 0],
    ]);
    const mirrored = heatmap([
      [0, 0, 0, 0],
      [0, 5, 9, 0],
      [0, 0, 2, 0],
    ]);
    const size = { width: 13, height: 11 };
    const box = largestBoxAt(peak, size, DEFAULT_BOX_RULE)!;
    expect(largestBoxAt(mirrored, size, DEFAULT_BOX_RULE)).toEqual({
      ...box,
      x0: 12 - box.x1,
      x1: 12 - box.x0,
    });
  });
});
