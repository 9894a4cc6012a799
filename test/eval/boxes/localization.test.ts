import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleBox } from '../../../src/base/box.js';
import { type Guess, judgeGuesses } from '../../../src/eval/boxes/localization.js';
import { boxes } from '../arbitraries.js';

/** Those of the localization table. */
const OPTIONS = { iou: 0.5, top: [1, 5] };
type Truth = Parameters<typeof judgeGuesses>[1];

const square = { x0: 0, y0: 0, x1: 3, y1: 3 };
const leftHalf = { x0: 0, y0: 0, x1: 1, y1: 3 };
const topHalfLess = { x0: 0, y0: 0, x1: 2, y1: 1 };
const truth = [{ classIndex: 7, box: square }];

describe('judgeGuesses', () => {
  it('finds an IoU of exactly one half right, and anything less wrong', () => {
    const half = judgeGuesses([{ classIndex: 7, box: leftHalf }], truth, [7], OPTIONS);
    expect(half).toEqual({ classification: [0, 0], localization: [0, 0], bestIou: [0.5] });
    const less = judgeGuesses([{ classIndex: 7, box: topHalfLess }], truth, [7], OPTIONS);
    expect(less).toEqual({ classification: [0, 0], localization: [1, 1], bestIou: [6 / 16] });
  });

  it('lets a later guess save the top 5 but not the top 1', () => {
    const guesses = [
      { classIndex: 2, box: square },
      { classIndex: 3, box: square },
      { classIndex: 7, box: square },
    ];
    expect(judgeGuesses(guesses, truth, [7], OPTIONS)).toEqual({
      classification: [1, 0],
      localization: [1, 0],
      bestIou: [0, 0, 1],
    });
  });

  it('does not look beyond the k-th guess', () => {
    const guesses = [1, 2, 3, 7].map((classIndex) => ({ classIndex, box: square }));
    const decision = judgeGuesses(guesses, truth, [7], { iou: 0.5, top: [3, 4] });
    expect(decision.classification).toEqual([1, 0]);
    expect(decision.localization).toEqual([1, 0]);
  });

  it('compares a guess with the boxes of its own class only, with the best of them', () => {
    const objects = [
      { classIndex: 7, box: { x0: 10, y0: 10, x1: 13, y1: 13 } },
      { classIndex: 7, box: leftHalf },
      { classIndex: 8, box: square },
    ];
    const decision = judgeGuesses([{ classIndex: 7, box: square }], objects, [7, 8], OPTIONS);
    expect(decision.bestIou).toEqual([0.5]);
    expect(decision.localization).toEqual([0, 0]);
    expect(judgeGuesses([{ classIndex: 8, box: leftHalf }], objects, [7, 8], OPTIONS).bestIou).toEqual([0.5]);
  });

  it('finds the class right and the place wrong when there is no box, even at an IoU of 0', () => {
    const guess = [{ classIndex: 7, box: undefined }];
    for (const iou of [0.5, 0]) {
      expect(judgeGuesses(guess, truth, [7], { iou, top: [1] })).toEqual({
        classification: [0],
        localization: [1],
        bestIou: [0],
      });
    }
  });

  it('finds a wrong class wrong, even at an IoU of 0', () => {
    const decision = judgeGuesses([{ classIndex: 3, box: square }], truth, [7], { iou: 0, top: [1] });
    expect(decision.localization).toEqual([1]);
  });

  it('keeps blacklisted images, and those without boxes, out of localization alone', () => {
    const guess = [{ classIndex: 7, box: square }];
    const blacklisted = judgeGuesses(guess, truth, [7], { iou: 0.5, top: [1, 5], blacklisted: true });
    expect(blacklisted).toEqual({ classification: [0, 0], localization: undefined, bestIou: [1] });
    const unboxed = judgeGuesses(guess, [], [7], OPTIONS);
    expect(unboxed).toEqual({ classification: [0, 0], localization: undefined, bestIou: [0] });
  });

  it('judges no guess at all as wrong', () => {
    expect(judgeGuesses([], truth, [7], OPTIONS)).toEqual({
      classification: [1, 1],
      localization: [1, 1],
      bestIou: [],
    });
  });
});

describe('judgeGuesses in general', () => {
  const classIndex = fc.nat(3);
  const guesses: fc.Arbitrary<Guess[]> = fc.array(
    fc.record({ classIndex, box: fc.option(boxes, { nil: undefined }) }),
    { maxLength: 6 },
  );
  const objects: fc.Arbitrary<Truth> = fc.array(fc.record({ classIndex, box: boxes }), { maxLength: 4 });
  const labelsOf = (truth: Truth) => truth.map((object) => object.classIndex);
  const options = { iou: 0.3, top: [1, 2, 3, 5, 9] };

  it('never errs more when more guesses are allowed or made', () => {
    fc.assert(
      fc.property(guesses, guesses, objects, (first, more, truth) => {
        const before = judgeGuesses(first, truth, labelsOf(truth), options);
        const after = judgeGuesses([...first, ...more], truth, labelsOf(truth), options);
        for (const measure of ['classification', 'localization'] as const) {
          const errors = before[measure] ?? [];
          errors.forEach((error, i) => {
            expect(after[measure]![i]).toBeLessThanOrEqual(error);
            expect(error).toBeLessThanOrEqual(errors[i - 1] ?? 1);
          });
        }
      }),
    );
  });

  it('never localizes what it does not classify', () => {
    fc.assert(
      fc.property(guesses, objects, (made, truth) => {
        const decision = judgeGuesses(made, truth, labelsOf(truth), options);
        decision.localization?.forEach((error, i) => {
          expect(error).toBeGreaterThanOrEqual(decision.classification[i]!);
        });
      }),
    );
  });

  it('decides the same when the image and all its boxes are enlarged by whole factors', () => {
    const factor = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(guesses, objects, factor, factor, (made, truth, sx, sy) => {
        const larger = judgeGuesses(
          made.map(({ classIndex, box }) => ({ classIndex, box: box && scaleBox(box, sx, sy) })),
          truth.map(({ classIndex, box }) => ({ classIndex, box: scaleBox(box, sx, sy) })),
          labelsOf(truth),
          options,
        );
        expect(larger).toEqual(judgeGuesses(made, truth, labelsOf(truth), options));
      }),
    );
  });
});
