import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOID } from '../../../src/base/class-mask.js';
import { ConfusionMatrix } from '../../../src/eval/masks/confusion.js';
import { addSeeds, type ClassMap, seedCounts, strongestClass } from '../../../src/eval/masks/seeds.js';
import { heatmap } from '../maps.js';

const TAUS = [0, 0.2, 0.5, 0.9];

describe('ConfusionMatrix', () => {
  it('gives TP / (TP + FP + FN) of each label and their mean, void pixels left out', () => {
    const matrix = new ConfusionMatrix(4);
    matrix.addLabels([0, 0, 0, 1, 1, 2, VOID, VOID], [0, 0, 1, 1, 0, 1, 2, 0]);
    // Label 0: 2 of 4; 1: 1 of 4; 2: 0 of 1; 3 is nowhere.
    expect(matrix.ious()).toEqual([50, 25, 0, undefined]);
    expect(matrix.meanIou()).toBe(25);
  });

  it('has no mean when it is empty, and refuses labels beyond it', () => {
    expect(new ConfusionMatrix(2).meanIou()).toBeUndefined();
    expect(() => new ConfusionMatrix(2).add(0, 2, 1)).toThrow(RangeError);
    expect(() => new ConfusionMatrix(2).addLabels([0], [0, 0])).toThrow(RangeError);
  });
});

describe('strongestClass', () => {
  it('compares maps by the share of their own maximum, the first among equals', () => {
    const maps: ClassMap[] = [
      { classIndex: 4, map: heatmap([[10, 5, 0, -3, 10]]) },
      { classIndex: 0, map: heatmap([[0, 1, 2, -1, 2]]) },
      { classIndex: 7, map: heatmap([[0, 0, 0, 0, 0]]) },
    ];
    const { label, strength } = strongestClass(maps, 5);
    expect([...label]).toEqual([5, 5, 1, 0, 5]);
    expect([...strength]).toEqual([1, 0.5, 1, 0, 1]);
  });

  it('refuses maps of another size', () => {
    expect(() => strongestClass([{ classIndex: 0, map: heatmap([[1, 2]]) }], 3)).toThrow(RangeError);
  });
});

describe('seedCounts', () => {
  it('counts foreground above each threshold, per true label', () => {
    const seeds = strongestClass([{ classIndex: 1, map: heatmap([[10, 5, 2, 1, 0, 10]]) }], 6);
    const counts = seedCounts(Uint8Array.of(2, 2, 2, 0, 0, VOID), seeds, TAUS);
    expect(counts.truth).toEqual([
      [0, 2],
      [2, 3],
    ]);
    expect(counts.pairs).toEqual([
      [0, 2, [1, 0, 0, 0]],
      // 0.2 in float32 exceeds 0.2; 0.5 does not exceed 0.5.
      [2, 2, [3, 3, 1, 1]],
    ]);
    const matrix = new ConfusionMatrix(3);
    addSeeds(matrix, counts, 2, 2);
    expect([...matrix.counts]).toEqual([4, 0, 0, 0, 0, 0, 4, 0, 2]);
  });

  it('makes the same matrix as labelling the pixels at that threshold', () => {
    const images = fc.integer({ min: 1, max: 25 }).chain((pixels) =>
      fc.record({
        truth: fc.array(fc.constantFrom(0, 0, 1, 2, 3, VOID), { minLength: pixels, maxLength: pixels }),
        maps: fc.array(
          fc.record({
            classIndex: fc.nat(2),
            values: fc.array(fc.integer({ min: -3, max: 9 }), { minLength: pixels, maxLength: pixels }),
          }),
          { maxLength: 3 },
        ),
      }),
    );
    fc.assert(
      fc.property(images, ({ truth, maps }) => {
        const seeds = strongestClass(
          maps.map(({ classIndex, values }) => ({ classIndex, map: heatmap([values]) })),
          truth.length,
        );
        const counts = seedCounts(Uint8Array.from(truth), seeds, TAUS);
        TAUS.forEach((tau, at) => {
          const expected = new ConfusionMatrix(4);
          expected.addLabels(
            truth,
            Array.from(seeds.label, (label, i) => (seeds.strength[i]! > tau ? label : 0)),
          );
          const matrix = new ConfusionMatrix(4);
          addSeeds(matrix, counts, at);
          expect([...matrix.counts]).toEqual([...expected.counts]);
        });
      }),
    );
  });
});
