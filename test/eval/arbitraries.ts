import fc from 'fast-check';
import type { Box } from '../../src/base/box.js';
import type { Heatmap } from '../../src/base/heatmap.js';
import type { BinaryMask } from '../../src/base/threshold.js';

/** Whole-pixel boxes, small enough to meet each other often. */
export const boxes: fc.Arbitrary<Box> = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(12), fc.nat(12))
  .map(([x0, y0, width, height]) => ({ x0, y0, x1: x0 + width, y1: y0 + height }));

const sides = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));

/** Masks from nearly empty to nearly full. */
export const masks: fc.Arbitrary<BinaryMask> = fc
  .tuple(sides, fc.integer({ min: 1, max: 9 }))
  .chain(([[width, height], density]) =>
    fc
      .array(fc.nat(9), { minLength: width * height, maxLength: width * height })
      .map((draws) => ({ data: Uint8Array.from(draws, (d) => (d < density ? 1 : 0)), width, height })),
  );

/** Maps of ordinary values of both signs, zeros among them. */
export const heatmaps: fc.Arbitrary<Heatmap> = sides.chain(([width, height]) =>
  fc
    .array(fc.integer({ min: -300, max: 1000 }), { minLength: width * height, maxLength: width * height })
    .map((values) => ({ data: Float32Array.from(values, (v) => v / 7), width, height })),
);
