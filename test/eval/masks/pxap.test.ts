import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averagePixelPrecision,
  PXAP_BINS,
  PxApEvaluator,
  pixelCounts,
} from '../../../src/eval/masks/pxap.js';
import { heatmaps } from '../arbitraries.js';
import { heatmap } from '../maps.js';

const pxap = (map: ReturnType<typeof heatmap>, truth: readonly number[]) => {
  const evaluator = new PxApEvaluator();
  evaluator.accumulate(pixelCounts(map, Uint8Array.from(truth)));
  return evaluator.compute();
};

const masked = heatmaps.chain((map) =>
  fc
    .array(fc.constantFrom(0, 1, 255), { minLength: map.data.length, maxLength: map.data.length })
    .map((truth) => ({ map, truth: Uint8Array.from(truth) })),
);

describe('pixelCounts', () => {
  it('puts a multiple of the step into the bin that begins there, and the maximum into the last', () => {
    // 0.29 / 0.001 is 289.99999999999994 in floating point.
    const counts = pixelCounts(heatmap([[0, 29, 100]]), Uint8Array.of(1, 1, 0));
    const at = [...counts.positive.entries()].filter(([, count]) => count > 0);
    expect(at).toEqual([
      [0, 1],
      [290, 1],
    ]);
    expect(counts.negative[PXAP_BINS - 1]).toBe(1);
  });

  it('counts every pixel once, but the ignored ones', () => {
    fc.assert(
      fc.property(masked, ({ map, truth }) => {
        const { positive, negative } = pixelCounts(map, truth);
        const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
        expect(sum(positive)).toBe(truth.filter((value) => value === 1).length);
        expect(sum(negative)).toBe(truth.filter((value) => value === 0).length);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a mask of another size', () => {
    expect(() => pixelCounts(heatmap([[0, 1]]), Uint8Array.of(1))).toThrow(RangeError);
  });
});

describe('PxAP', () => {
  it('is the sum of precision times gained recall', () => {
    // From the top: object (1/1), other, object (2/3), ignored, object (3/4).
    expect(pxap(heatmap([[5, 4, 3, 2, 1, 0]]), [1, 0, 1, 255, 1, 0])).toBeCloseTo(
      (100 * (1 + 2 / 3 + 3 / 4)) / 3,
      12,
    );
  });

  it('is 100 for the mask itself, and the share of the object for a constant map', () => {
    expect(pxap(heatmap([[1, 0, 0, 1]]), [1, 0, 0, 1])).toBe(100);
    expect(pxap(heatmap([[3, 3, 3, 3]]), [1, 0, 0, 0])).toBe(25);
  });

  it('is undefined without an object', () => {
    expect(pxap(heatmap([[1, 2]]), [0, 255])).toBeUndefined();
    expect(averagePixelPrecision([], [])).toBeUndefined();
  });

  it('adds up over the parts of a set, and lies in (0, 100]', () => {
    fc.assert(
      fc.property(fc.array(masked, { maxLength: 6 }), fc.nat(6), (images, cut) => {
        const parts = [new PxApEvaluator(), new PxApEvaluator()] as const;
        const whole = new PxApEvaluator();
        images.forEach(({ map, truth }, i) => {
          const counts = pixelCounts(map, truth);
          whole.accumulate(counts);
          parts[i < cut ? 0 : 1].accumulate(counts);
        });
        parts[1].accumulate(parts[0].counts());
        const value = whole.compute();
        expect(parts[1].compute()).toBe(value);
        if (value === undefined) return;
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(100 + 1e-9);
      }),
      { numRuns: 50 },
    );
  });
});
