import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageRanks, spearman } from '../../../src/eval/statistics/rank-correlation.js';

// Few distinct values, so that most draws have ties.
const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 30 });
const pairs = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })), {
    minLength: 2,
    maxLength: 30,
  })
  .map((list) => [list.map(([a]) => a), list.map(([, b]) => b)] as const);

describe('averageRanks', () => {
  it('shares ranks among equals', () => {
    expect([...averageRanks([10, 20, 20, 5, 20])]).toEqual([2, 4, 4, 1, 4]);
    expect([...averageRanks([1, 1])]).toEqual([1.5, 1.5]);
    expect([...averageRanks([])]).toEqual([]);
    expect([...averageRanks([Infinity, -Infinity, Infinity])]).toEqual([2.5, 1, 2.5]);
  });

  it('gives ranks that sum to n (n + 1) / 2', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sum = averageRanks(list).reduce((total, rank) => total + rank, 0);
        expect(sum).toBe((list.length * (list.length + 1)) / 2);
      }),
    );
  });

  it('has no rank for NaN', () => {
    expect(() => averageRanks([1, Number.NaN])).toThrow(RangeError);
  });
});

describe('spearman', () => {
  it('is 1 − 6 Σd² / (n³ − n) without ties', () => {
    // Differences of ranks 1, 1, 1, 1, 0: 1 − 24 / 120.
    expect(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(0.8, 15);
  });

  it('counts ties with their mean rank', () => {
    // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: Σ of products of deviations 4.5, of squares 4.5 and 5.
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 15);
  });

  it('is undefined where a side is constant or too short', () => {
    expect(spearman([0, 0, 0], [1, 2, 3])).toBeUndefined();
    expect(spearman([1, 2, 3], [7, 7, 7])).toBeUndefined();
    expect(spearman([1], [1])).toBeUndefined();
    expect(spearman([], [])).toBeUndefined();
  });

  it('is exactly 1 with itself and −1 with its opposite', () => {
    fc.assert(
      fc.property(values, (list) => {
        const constant = list.every((value) => value === list[0]);
        expect(spearman(list, list)).toBe(constant ? undefined : 1);
        expect(
          spearman(
            list,
            list.map((value) => -value),
          ),
        ).toBe(constant ? undefined : -1);
      }),
    );
  });

  it('is symmetric, within ±1, and blind to increasing changes', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const rho = spearman(a, b);
        expect(spearman(b, a)).toBe(rho);
        const changed = b.map((value) => 3 * value ** 3 + 7);
        expect(spearman(a, changed)).toBe(rho);
        if (rho !== undefined) expect(Math.abs(rho)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('refuses sides of different lengths', () => {
    expect(() => spearman([1, 2], [1, 2, 3])).toThrow(RangeError);
  });
});
