import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { drawBinomial, logFactorials } from '../../../src/eval/statistics/binomial.js';

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

describe('logFactorials', () => {
  it('holds the logarithms of 1, 1, 2, 6, 24', () => {
    expect([...logFactorials(4)].map((value) => Math.round(Math.exp(value)))).toEqual([1, 1, 2, 6, 24]);
  });

  it('agrees with Stirling’s series at the size of ImageNet’s validation set', () => {
    const n = 50_000;
    const stirling = n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
    expect(Math.abs(logFactorials(n)[n]! - stirling)).toBeLessThan(1e-7);
  });
});

describe('drawBinomial', () => {
  it('spends on each value exactly its share of the random numbers', () => {
    // A thousand evenly spaced "random" numbers must be divided as the probabilities say, to one number each.
    for (const [n, p] of [
      [1, 0.3],
      [5, 0.2],
      [8, 0.5],
      [12, 0.93],
    ] as const) {
      const table = logFactorials(n);
      const counts = new Array<number>(n + 1).fill(0);
      for (let i = 0; i < 1000; i++) counts[drawBinomial(n, p, table, () => (i + 0.5) / 1000)]!++;
      counts.forEach((count, k) => {
        expect(Math.abs(count - 1000 * choose(n, k) * p ** k * (1 - p) ** (n - k))).toBeLessThanOrEqual(1);
      });
    }
  });

  it('has the mean and the spread of as many coin tosses, for many images', () => {
    const [n, p, draws] = [50_000, 0.56, 4000];
    const [table, random] = [logFactorials(n), seededRandom(11)];
    const values = Array.from({ length: draws }, () => drawBinomial(n, p, table, random));
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
    expect(Math.abs(mean - n * p)).toBeLessThan(5 * Math.sqrt((n * p * (1 - p)) / draws));
    expect(variance / (n * p * (1 - p))).toBeGreaterThan(0.88);
    expect(variance / (n * p * (1 - p))).toBeLessThan(1.12);
  });

  it('stays within 0 and n, whatever the random number, and ends', () => {
    const unit = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0, 1e-300, 1 - 2 ** -53, 1),
    );
    const draw = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constant(1 - 2 ** -53),
    );
    fc.assert(
      fc.property(fc.nat(3000), unit, draw, (n, p, u) => {
        const value = drawBinomial(n, p, logFactorials(n), () => u);
        expect(Number.isInteger(value) && value >= 0 && value <= n).toBe(true);
      }),
    );
  });

  it('is certain when the probability is 0 or 1', () => {
    const table = logFactorials(9);
    expect(drawBinomial(9, 0, table, () => 0.99)).toBe(0);
    expect(drawBinomial(9, 1, table, () => 0.01)).toBe(9);
  });
});
