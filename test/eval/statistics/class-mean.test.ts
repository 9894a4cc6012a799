import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { bootstrap } from '../../../src/eval/statistics/bootstrap.js';
import { type ClassValue, classMean } from '../../../src/eval/statistics/class-accuracy.js';
import { bootstrapClassMean } from '../../../src/eval/statistics/class-mean.js';

const options = { replicates: 400, seed: 3, level: 0.95 };
const one = (k: number, value: number): readonly ClassValue[] => [{ class: k, value }];
const times = (n: number, image: readonly ClassValue[]) => Array.from({ length: n }, () => image);

describe('the interval of a mean over classes', () => {
  it('is not lifted by resamples without a rare class', () => {
    // In a third of the resamples the missed class is not there; a mean over what is there was 100 in these.
    const interval = classMean([...times(30, one(0, 1)), ...one(1, 0).map((value) => [value])], options)!;
    expect(interval).toEqual({ n: 31, estimate: 50, low: 50, high: 50 });
  });

  it('is not moved by them either, and keeps the spread of the frequent ones', () => {
    const frequent = [...times(20, one(0, 1)), ...times(20, one(0, 0))];
    const rare = (value: number) => classMean([...frequent, one(1, value), one(2, value)], options)!;
    const [low, high] = [rare(0), rare(1)];
    expect(low.estimate).toBeCloseTo(50 / 3, 9);
    expect(high.estimate).toBeCloseTo(250 / 3, 9);
    // As wide and as far to either side whether the rare classes lie above or below.
    expect(low.high - low.estimate).toBeCloseTo(high.high - high.estimate, 9);
    expect(low.estimate - low.low).toBeCloseTo(high.estimate - high.low, 9);
    expect(low.high - low.low).toBeGreaterThan(10);
  });

  it('is the mean’s own, but for the factor √(m / (m − 1)), where there is one class', () => {
    const values = [0, 1, 0, 1, 1];
    const sums = { n: 5, images: [5], range: [-1e9, 1e9] as const };
    const mean = (counts: Uint32Array) => values.reduce((sum, value, i) => sum + counts[i]! * value, 0) / 5;
    const interval = bootstrapClassMean({ ...sums, valuesOf: (counts) => [mean(counts)] }, options)!;
    expect(interval.estimate).toBeCloseTo(0.6, 12);
    // Means of five are fifths.
    const fifths = (interval.high - interval.low) / Math.sqrt(5 / 4) / 0.2;
    expect(Math.round(fifths)).toBeGreaterThan(1);
    expect(fifths).toBeCloseTo(Math.round(fifths), 9);
  });

  it('lies round the estimate where resamples of a quotient lie below it', () => {
    // Three classes of three images; the largest object of each is found, the small ones are not.
    const parts = [0, 1, 2].flatMap(() => [[90, 100] as const, [1, 10] as const, [1, 10] as const]);
    const valuesOf = (counts: Uint32Array) =>
      [0, 3, 6].map((first) => {
        let [over, under] = [0, 0];
        for (let i = first; i < first + 3; i++) {
          over += counts[i]! * parts[i]![0];
          under += counts[i]! * parts[i]![1];
        }
        return (100 * over) / under;
      });
    const shared = { n: 9, images: [3, 3, 3], range: [0, 100] as const };
    const { estimate, low, high } = bootstrapClassMean({ ...shared, valuesOf }, options)!;
    const plain = bootstrap(
      9,
      (counts) => valuesOf(counts).reduce((sum, value) => sum + value, 0) / 3,
      options,
    )!;
    const middle = (low + high) / 2;
    expect((plain.low + plain.high) / 2).toBeLessThan(estimate - 15);
    expect(Math.abs(middle - estimate)).toBeLessThan(8);
  });

  it('takes a difference class by class: none between a method and itself, in any resample', () => {
    const hits = [
      [0, 1],
      [0, 0],
      [1, 1],
      [1, 0],
      [2, 1],
    ] as const;
    const valuesOf = (counts: Uint32Array) =>
      [0, 1, 2].map((k) => {
        const own = hits.flatMap(([of, hit], i) => (of === k ? [[counts[i]!, hit] as const] : []));
        const drawn = own.reduce((sum, [count]) => sum + count, 0);
        return (100 * own.reduce((sum, [count, hit]) => sum + count * hit, 0)) / drawn;
      });
    const shared = { n: hits.length, images: [2, 2, 1], range: [-100, 100] as const };
    const difference = bootstrapClassMean(
      { ...shared, valuesOf: (counts) => valuesOf(counts).map((value) => value - value) },
      options,
    );
    expect(difference).toEqual({ n: 5, estimate: 0, low: 0, high: 0 });
    const mean = bootstrapClassMean({ ...shared, valuesOf }, options)!;
    expect(mean.high).toBeGreaterThan(mean.low);
  });

  it('stays within what a mean can be', () => {
    const images = [...times(9, one(0, 1)), one(0, 0), ...times(2, one(1, 1))];
    const { low, high } = classMean(images, options)!;
    expect(low).toBeGreaterThan(70);
    expect(high).toBe(100);
  });

  it('covers the truth in nineteen of twenty samples, though many a class has one image or two', () => {
    const random = seededRandom(7);
    const frequencies = Array.from({ length: 12 }, (_, k) => 1 / (k + 1));
    const total = frequencies.reduce((sum, share) => sum + share, 0);
    const worth = (k: number) => 0.9 - 0.06 * k;
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const images = Array.from({ length: 50 }, () => {
        let [rest, k] = [total * random(), 0];
        while (k < 11 && rest >= frequencies[k]!) rest -= frequencies[k++]!;
        return one(k, random() < worth(k) ? 1 : 0);
      });
      const there = [...new Set(images.map(([value]) => value!.class))];
      const truth = (100 * there.reduce((sum, k) => sum + worth(k), 0)) / there.length;
      const { low, high } = classMean(images, { ...options, replicates: 200 })!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.92);
    expect(covered / 300).toBeLessThan(0.98);
  });
});
