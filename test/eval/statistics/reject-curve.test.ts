import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOOTSTRAP } from '../../../src/eval/statistics/bootstrap.js';
import { bestPoint, rejectCurve } from '../../../src/eval/statistics/reject-curve.js';

const options = { ...DEFAULT_BOOTSTRAP, replicates: 20 };

const guess = fc.record({
  present: fc.boolean(),
  peak: fc.integer({ min: 0, max: 6 }),
  hit: fc.boolean(),
});

describe('rejectCurve', () => {
  const images = [
    [
      { present: true, peak: 9, hit: true },
      { present: false, peak: 1, hit: false },
    ],
    [
      { present: true, peak: 5, hit: false },
      { present: false, peak: 3, hit: false },
    ],
  ];

  it('counts hits of present classes and rejections of absent ones', () => {
    const curve = rejectCurve(images, options);
    expect(curve).toHaveLength(21);
    const at = (threshold: number) => curve.find((point) => point.threshold >= threshold)!;
    // Nothing rejected: the one hit. Both absent ones rejected: three of four. All rejected: the two absent ones.
    expect(curve[0]).toMatchObject({ threshold: 1, rejected: 0, accuracy: { estimate: 25, n: 2 } });
    expect(at(3.1)).toMatchObject({ rejected: 50, accuracy: { estimate: 75 } });
    expect(at(5.1)).toMatchObject({ rejected: 75, accuracy: { estimate: 75 } });
    expect(curve.at(-1)).toMatchObject({ threshold: Infinity, rejected: 100, accuracy: { estimate: 50 } });
    expect(bestPoint(curve)!.accuracy.estimate).toBe(75);
  });

  it('has no point without a guess', () => {
    expect(rejectCurve([[], []], options)).toEqual([]);
  });

  it('ends at the share of absent classes, begins at that of hits, and rejects more and more', () => {
    fc.assert(
      fc.property(fc.array(fc.array(guess, { maxLength: 5 }), { minLength: 1, maxLength: 6 }), (given) => {
        const all = given.flat();
        const curve = rejectCurve(given, options);
        if (all.length === 0) return;
        const share = (of: (one: (typeof all)[number]) => boolean) =>
          (100 * all.filter(of).length) / all.length;
        expect(curve[0]!.accuracy.estimate).toBeCloseTo(
          share(({ present, hit }) => present && hit),
          9,
        );
        expect(curve.at(-1)!.accuracy.estimate).toBeCloseTo(
          share(({ present }) => !present),
          9,
        );
        curve.slice(1).forEach(({ rejected }, i) => {
          expect(rejected).toBeGreaterThanOrEqual(curve[i]!.rejected);
        });
        // A monotone change of the maps' unit changes thresholds and nothing else.
        const scaled = rejectCurve(
          given.map((image) => image.map((one) => ({ ...one, peak: 2 * one.peak }))),
          options,
        );
        expect(scaled.map(({ accuracy }) => accuracy)).toEqual(curve.map(({ accuracy }) => accuracy));
      }),
      { numRuns: 40 },
    );
  });
});
