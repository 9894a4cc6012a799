import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap, bootstrapMean } from '../../../src/eval/statistics/bootstrap.js';
import { bootstrapRate } from '../../../src/eval/statistics/rates.js';

const options = { replicates: 2000, seed: 5, level: 0.95 };

describe('bootstrap', () => {
  it('has no interval without images, and a point for values that are all the same', () => {
    expect(bootstrapMean([], options)).toBeUndefined();
    expect(bootstrapMean([Number.NaN], options)).toBeUndefined();
    expect(bootstrapMean([3, 3, Number.NaN, 3], options)).toEqual({ n: 3, estimate: 3, low: 3, high: 3 });
  });

  it('draws n images each time, all of them possible', () => {
    let draws = 0;
    const seen = new Set<number>();
    bootstrap(
      4,
      (counts) => {
        draws++;
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
        for (const [i, count] of counts.entries()) if (count > 0) seen.add(i);
        return 0;
      },
      { ...options, replicates: 50 },
    );
    expect(draws).toBe(51);
    expect(seen.size).toBe(4);
  });

  it('agrees with the binomial draws of the error tables', () => {
    const values = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const exact = bootstrapRate(Uint8Array.from(values), options)!;
    const drawn = bootstrapMean(values, options)!;
    expect(100 * drawn.estimate).toBeCloseTo(exact.estimate, 10);
    // Two sets of 2,000 draws: their 2.5 % points lie within a point of each other.
    expect(Math.abs(100 * drawn.low - exact.low)).toBeLessThan(1);
    expect(Math.abs(100 * drawn.high - exact.high)).toBeLessThan(1);
  });

  it('leaves out replicates in which the statistic has no value', () => {
    // The mean over images of the first kind only: a replicate may hold none of them.
    const interval = bootstrap(3, (counts) => (counts[0]! > 0 ? 7 : Number.NaN), options)!;
    expect(interval).toEqual({ n: 3, estimate: 7, low: 7, high: 7 });
  });

  it('lies between the extremes, and is the same again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const few = { ...options, replicates: 100 };
          const one = bootstrapMean(values, few)!;
          expect(one.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(one.high).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          expect(bootstrapMean(values, few)).toEqual(one);
        },
      ),
      { numRuns: 30 },
    );
  });
});
