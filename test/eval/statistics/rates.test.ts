import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { emptyOutcomes, NOT_COUNTED, type Outcomes } from '../../../src/eval/boxes/outcomes.js';
import { DEFAULT_BOOTSTRAP, quantile } from '../../../src/eval/statistics/bootstrap.js';
import { bootstrapRate, pairedDifference } from '../../../src/eval/statistics/rates.js';

const outcome = fc.constantFrom(0, 0, 1, 1, NOT_COUNTED);
const outcomes: fc.Arbitrary<Outcomes> = fc
  .array(outcome, { minLength: 1, maxLength: 60 })
  .map((values) => Uint8Array.from(values));
const pairs = fc
  .array(fc.tuple(outcome, outcome), { minLength: 1, maxLength: 60 })
  .map((list) => [Uint8Array.from(list, ([a]) => a), Uint8Array.from(list, ([, b]) => b)] as const);

/** `ones` ones and `zeros` zeros. */
function share(ones: number, zeros: number): Outcomes {
  return Uint8Array.from({ length: ones + zeros }, (_, i) => (i < ones ? 1 : 0));
}

describe('bootstrapRate', () => {
  it('is the percentage of ones among the counted images', () => {
    const rate = bootstrapRate(Uint8Array.from([1, 0, NOT_COUNTED, 1, 1]));
    expect(rate).toMatchObject({ n: 4, estimate: 75 });
  });

  it('is undefined when no image counts', () => {
    expect(bootstrapRate(emptyOutcomes(5))).toBeUndefined();
  });

  it('has no width when all images agree', () => {
    expect(bootstrapRate(share(7, 0))).toEqual({ n: 7, estimate: 100, low: 100, high: 100 });
    expect(bootstrapRate(share(0, 7))).toEqual({ n: 7, estimate: 0, low: 0, high: 0 });
  });

  it('contains the estimate, within 0 and 100', () => {
    fc.assert(
      fc.property(outcomes, fc.integer(), (values, seed) => {
        const rate = bootstrapRate(values, { ...DEFAULT_BOOTSTRAP, seed });
        if (rate === undefined) return;
        expect(rate.low).toBeLessThanOrEqual(rate.estimate);
        expect(rate.high).toBeGreaterThanOrEqual(rate.estimate);
        expect(rate.low).toBeGreaterThanOrEqual(0);
        expect(rate.high).toBeLessThanOrEqual(100);
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of the images, nor on those that do not count', () => {
    const permuted = outcomes.chain((values) =>
      fc.tuple(
        fc.constant(values),
        fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length }),
      ),
    );
    fc.assert(
      fc.property(permuted, ([values, shuffled]) => {
        const rate = bootstrapRate(values);
        expect(bootstrapRate(Uint8Array.from([...shuffled, NOT_COUNTED]))).toEqual(rate);
      }),
      { numRuns: 30 },
    );
  });

  it('repeats for a seed and moves with it', () => {
    const values = share(4641, 5359);
    const at = (seed: number) => bootstrapRate(values, { ...DEFAULT_BOOTSTRAP, seed });
    expect(at(5)).toEqual(at(5));
    expect(at(5)).not.toEqual(at(6));
  });

  it('is as wide as the normal approximation where that holds', () => {
    const rate = bootstrapRate(share(5600, 4400), { ...DEFAULT_BOOTSTRAP, replicates: 20_000 })!;
    const halfWidth = 100 * 1.96 * Math.sqrt((0.56 * 0.44) / 10_000);
    expect(rate.low).toBeCloseTo(56 - halfWidth, 1);
    expect(rate.high).toBeCloseTo(56 + halfWidth, 1);
  });

  it('agrees with resampling image by image', () => {
    const values = share(13, 27);
    const random = seededRandom(99);
    const means = Float64Array.from({ length: 20_000 }, () => {
      let ones = 0;
      for (let i = 0; i < 40; i++) ones += values[Math.floor(random() * 40)]!;
      return (100 * ones) / 40;
    }).sort();
    const rate = bootstrapRate(values, { replicates: 20_000, seed: 1, level: 0.9 })!;
    // Means move in steps of 2.5 points; the quantiles may differ by one step at most.
    expect(Math.abs(rate.low - quantile(means, 0.05))).toBeLessThanOrEqual(2.5);
    expect(Math.abs(rate.high - quantile(means, 0.95))).toBeLessThanOrEqual(2.5);
  });

  it('covers the truth about as often as it says', () => {
    const random = seededRandom(2024);
    const trials = 400;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const values = Uint8Array.from({ length: 300 }, () => (random() < 0.4 ? 1 : 0));
      const { low, high } = bootstrapRate(values, { ...DEFAULT_BOOTSTRAP, seed: trial })!;
      if (low <= 40 && 40 <= high) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.91);
    expect(covered / trials).toBeLessThan(0.985);
  });
});

describe('pairedDifference', () => {
  it('is the difference of the rates, over the images that count in both', () => {
    const a = Uint8Array.from([1, 1, 1, 0, NOT_COUNTED, 1]);
    const b = Uint8Array.from([0, 1, 0, 0, 1, NOT_COUNTED]);
    expect(pairedDifference(a, b)).toMatchObject({ n: 4, estimate: 50 });
  });

  it('of anything with itself is exactly 0, with no width', () => {
    fc.assert(
      fc.property(outcomes, (values) => {
        const n = values.filter((value) => value !== NOT_COUNTED).length;
        const same = n === 0 ? undefined : { n, estimate: 0, low: 0, high: 0 };
        expect(pairedDifference(values, values)).toEqual(same);
      }),
      { numRuns: 30 },
    );
  });

  it('contains the estimate, and does not depend on the order of the images', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const difference = pairedDifference(a, b);
        expect(pairedDifference(a.toReversed(), b.toReversed())).toEqual(difference);
        if (difference === undefined) return;
        expect(difference.low).toBeLessThanOrEqual(difference.estimate);
        expect(difference.high).toBeGreaterThanOrEqual(difference.estimate);
      }),
      { numRuns: 50 },
    );
  });

  it('is as wide as theory says, much narrower than for unpaired images when the two agree often', () => {
    // 10,000 images: 300 wrong only in a, 200 only in b, 4000 in both.
    const a = Uint8Array.from({ length: 10_000 }, (_, i) => (i < 300 || i >= 6000 ? 1 : 0));
    const b = Uint8Array.from({ length: 10_000 }, (_, i) => ((i >= 300 && i < 500) || i >= 6000 ? 1 : 0));
    const { estimate, low, high } = pairedDifference(a, b, { ...DEFAULT_BOOTSTRAP, replicates: 20_000 })!;
    const halfWidth = 100 * 1.96 * Math.sqrt((0.03 + 0.02 - 0.01 ** 2) / 10_000);
    expect(estimate).toBe(1);
    expect(Math.abs(low - (1 - halfWidth))).toBeLessThan(0.03);
    expect(Math.abs(high - (1 + halfWidth))).toBeLessThan(0.03);
  });

  it('refuses outcomes of different data sets', () => {
    expect(() => pairedDifference(share(1, 1), share(1, 2))).toThrow(RangeError);
  });
});

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    // numpy.quantile([1, 2, 4, 8], [0, .25, .5, .9, 1])
    const sorted = Float64Array.from([1, 2, 4, 8]);
    const values = [0, 0.25, 0.5, 0.9, 1].map((p) => quantile(sorted, p));
    expect(values.map((value) => Number(value.toFixed(9)))).toEqual([1, 1.75, 3, 6.8, 8]);
  });
});
