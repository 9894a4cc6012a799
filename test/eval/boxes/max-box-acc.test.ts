import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BestIous,
  BOX_IOUS,
  bestIous,
  LEVELS,
  truncatedBox,
} from '../../../src/eval/boxes/max-box-acc.js';
import { MaxBoxAccEvaluator } from '../../../src/eval/boxes/max-box-acc-evaluator.js';
import { minMax } from '../../../src/eval/maps/min-max.js';
import { boxes, heatmaps } from '../arbitraries.js';
import { heatmap } from '../maps.js';

/** IoU `low` below the level, `high` from it on. */
function step(level: number, low: number, high: number): BestIous {
  const ious = Float64Array.from({ length: LEVELS }, (_, i) => (i < level ? low : high));
  return { largest: ious, any: ious };
}

describe('minMax', () => {
  it('spans 0 to 1, and is all 0 for a constant map', () => {
    expect([
      ...minMax(
        heatmap([
          [-1, 3],
          [0, 1],
        ]),
      ),
    ]).toEqual([0, 1, 0.25, 0.5]);
    expect([...minMax(heatmap([[7, 7]]))]).toEqual([0, 0]);
    expect(() => minMax(heatmap([[0, Number.NaN]]))).toThrow(RangeError);
  });
});

describe('bestIous', () => {
  // Values 0, 0.4 and 1: bits 0, 102, 255. Two regions above 0, one from level 102 on.
  const map = heatmap([
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0.4, 0.4, 0.4, 0, 0, 0],
    [0, 0.4, 0.4, 0.4, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ]);

  it('takes the largest contour, or the best of all, above every level', () => {
    // Boxes are a pixel wider and higher than the contour: 1…4 × 1…3 and 5…6 × 2…3.
    const { largest, any } = bestIous(map, [{ x0: 5, y0: 2, x1: 6, y1: 3 }]);
    expect([largest[0], largest[101], largest[102], largest[254]]).toEqual([0, 0, 1, 1]);
    expect([any[0], any[101], any[102], any[254]]).toEqual([1, 1, 1, 1]);
  });

  it('takes the best of several ground-truth boxes', () => {
    const { largest } = bestIous(map, [
      { x0: 0, y0: 0, x1: 0, y1: 0 },
      { x0: 1, y0: 1, x1: 4, y1: 2 },
      { x0: 4, y0: 3, x1: 6, y1: 3 },
    ]);
    expect(largest[0]).toBe(8 / 12);
  });

  it('has no box in a constant map', () => {
    const { largest, any } = bestIous(
      heatmap([
        [2, 2],
        [2, 2],
      ]),
      [{ x0: 0, y0: 0, x1: 1, y1: 1 }],
    );
    expect(Math.max(...largest, ...any)).toBe(0);
  });

  it('is never worse with all contours than with the largest', () => {
    fc.assert(
      fc.property(heatmaps, fc.array(boxes, { maxLength: 3 }), (random, truth) => {
        const { largest, any } = bestIous(random, truth);
        expect(any.every((value, level) => value >= largest[level]! && value <= 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('does not change when the map is shifted and stretched', () => {
    fc.assert(
      fc.property(heatmaps, fc.array(boxes, { maxLength: 3 }), (random, truth) => {
        // Powers of two and whole numbers, so that nothing is rounded.
        const whole = { ...random, data: random.data.map(Math.round) };
        const changed = { ...whole, data: whole.data.map((value) => 4 * value + 1024) };
        expect(bestIous(changed, truth)).toEqual(bestIous(whole, truth));
      }),
      { numRuns: 30 },
    );
  });
});

describe('truncatedBox', () => {
  it('cuts the fraction of scaled coordinates off', () => {
    // The published evaluator's own test case.
    const box = truncatedBox(
      { x0: 1, y0: 2, x1: 4, y1: 3 },
      { width: 10, height: 20 },
      { width: 35, height: 10 },
    );
    expect(box).toEqual({ x0: 3, y0: 1, x1: 14, y1: 1 });
  });
});

describe('MaxBoxAccEvaluator', () => {
  it('takes one threshold for the whole set, its own for each IoU', () => {
    const evaluator = new MaxBoxAccEvaluator();
    // Right at 0.5 from level 100 on; right below 100 only; right everywhere at 0.3 only.
    evaluator.accumulate(step(100, 0.4, 0.6));
    evaluator.accumulate(step(100, 0.6, 0));
    evaluator.accumulate(step(0, 0.3, 0.3));
    evaluator.accumulate(step(100, 0.5, 0.49));
    const result = evaluator.compute()!;
    expect(result.largest).toEqual([
      { iou: 0.3, accuracy: 100, level: 0 },
      { iou: 0.5, accuracy: 50, level: 0 },
      { iou: 0.7, accuracy: 0, level: 0 },
    ]);
    expect(result).toMatchObject({ n: 4, v1: 50, v2: 50 });
    expect(evaluator.curve('any', 0.5)[100]).toBe(25);
  });

  it('has no result without an image', () => {
    expect(new MaxBoxAccEvaluator().compute()).toBeUndefined();
  });

  it('adds up: the parts of a set, merged in any order, are the whole', () => {
    const images = fc.array(
      fc.tuple(
        fc.nat(254),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(images, fc.nat(12), (list, cut) => {
        const [whole, first, second] = [0, 1, 2].map(() => new MaxBoxAccEvaluator()) as [
          MaxBoxAccEvaluator,
          MaxBoxAccEvaluator,
          MaxBoxAccEvaluator,
        ];
        list.forEach((image, i) => {
          whole.accumulate(step(...image));
          (i < cut ? first : second).accumulate(step(...image));
        });
        second.merge(first.counts());
        expect(second.compute()).toEqual(whole.compute());
        const accuracies = whole.compute()!.any.map(({ accuracy }) => accuracy);
        expect(accuracies).toEqual([...accuracies].sort((a, b) => b - a));
        expect(accuracies).toHaveLength(BOX_IOUS.length);
      }),
      { numRuns: 50 },
    );
  });
});
