import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameUnits } from '../../../src/eval/maps/unit-concepts.js';
import { rankAuc } from '../../../src/eval/statistics/rank-auc.js';

const images = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { maxLength: 20 });

describe('rankAuc', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    // Positives 3 and 1, negatives 2 and 1: right, right, wrong, tie.
    expect(rankAuc([3, 1, 2, 1], [1, 1, 0, 0])).toBe(2.5 / 4);
    expect(rankAuc([3, 2, 1, 0], [true, true, false, false])).toBe(1);
    expect(rankAuc([0, 1, 2, 3], [true, true, false, false])).toBe(0);
    expect(rankAuc([5, 5, 5], [0, 1, 0])).toBe(0.5);
  });

  it('is undefined when all or none are positive', () => {
    expect(rankAuc([1, 2], [1, 1])).toBeUndefined();
    expect(rankAuc([], [])).toBeUndefined();
    expect(() => rankAuc([1], [1, 0])).toThrow(RangeError);
  });

  it('agrees with counting pairs, and is 1 − itself for the opposite presence', () => {
    fc.assert(
      fc.property(images, (list) => {
        const values = list.map(([value]) => value);
        const present = list.map(([, has]) => has);
        const auc = rankAuc(values, present);
        const scores = list
          .filter(([, has]) => has)
          .flatMap(([a]) => list.filter(([, has]) => !has).map(([b]) => (a > b ? 1 : a === b ? 0.5 : 0)));
        if (auc === undefined) {
          expect(scores).toEqual([]);
          return;
        }
        const share = scores.reduce<number>((sum, score) => sum + score, 0) / scores.length;
        expect(auc).toBeCloseTo(share, 12);
        expect(
          rankAuc(
            values,
            present.map((has) => !has),
          ),
        ).toBeCloseTo(1 - auc, 12);
      }),
    );
  });
});

describe('nameUnits', () => {
  const concepts = [
    [1, 1, 0, 0],
    [0, 1, 0, 1],
    [1, 1, 1, 1],
  ];

  it('calls each unit after the concept that it predicts best', () => {
    // Unit 0 is high for concept 0, unit 1 for concept 1, unit 2 is dead: 0.5 for both, the first.
    const activations = Float32Array.of(9, 0, 1, 8, 5, 1, 1, 1, 1, 2, 4, 1);
    expect(nameUnits(activations, 3, concepts)).toEqual([
      { concept: 0, auc: 1 },
      { concept: 1, auc: 1 },
      { concept: 0, auc: 0.5 },
    ]);
  });

  it('has no name without a concept that tells images apart', () => {
    expect(nameUnits(Float32Array.of(1, 2, 3, 4), 1, [concepts[2]!])).toEqual([undefined]);
    expect(nameUnits(new Float32Array(0), 0, [])).toEqual([]);
  });

  it('refuses activations and concepts that do not fit', () => {
    expect(() => nameUnits(new Float32Array(5), 2, [])).toThrow(RangeError);
    expect(() => nameUnits(new Float32Array(4), 2, [[1, 0, 1]])).toThrow(RangeError);
  });
});
