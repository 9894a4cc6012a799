import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalizationDecision } from '../../../src/eval/boxes/localization.js';
import { LocalizationEvaluator } from '../../../src/eval/boxes/localization-evaluator.js';
import { NOT_COUNTED } from '../../../src/eval/boxes/outcomes.js';

function decision(
  classification: readonly (0 | 1)[],
  localization: readonly (0 | 1)[] | undefined,
): LocalizationDecision {
  return { classification, localization, bestIou: [] };
}

describe('LocalizationEvaluator', () => {
  it('counts each measure over its own denominator', () => {
    const evaluator = new LocalizationEvaluator(5);
    evaluator.add(0, decision([0, 0], [0, 0]));
    evaluator.add(1, decision([1, 0], [1, 1]));
    evaluator.add(2, decision([1, 1], undefined));
    evaluator.add(4, decision([0, 0], [1, 0]));
    expect(evaluator.compute()).toEqual([
      {
        k: 1,
        classification: { n: 4, errors: 2, percent: 50 },
        localization: { n: 3, errors: 2, percent: 200 / 3 },
      },
      {
        k: 5,
        classification: { n: 4, errors: 1, percent: 25 },
        localization: { n: 3, errors: 1, percent: 100 / 3 },
      },
    ]);
    expect([...evaluator.outcomes('localization', 1)]).toEqual([0, 1, NOT_COUNTED, NOT_COUNTED, 1]);
    expect([...evaluator.outcomes('classification', 5)]).toEqual([0, 0, 1, NOT_COUNTED, 0]);
  });

  it('has no rate, rather than NaN, when no image counts', () => {
    const [top1] = new LocalizationEvaluator(3).compute();
    expect(top1?.localization).toEqual({ n: 0, errors: 0, percent: undefined });
  });

  it('does not depend on the order in which images arrive', () => {
    const bit = fc.constantFrom(0 as const, 1 as const);
    const localization = fc.option(fc.tuple(bit, bit), { nil: undefined });
    const decisions = fc.array(fc.tuple(fc.tuple(bit, bit), localization), { maxLength: 20 });
    const shuffled = decisions.chain((list) => {
      const positions = list.map((_, i) => i);
      return fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(positions, { minLength: list.length, maxLength: list.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([list, order]) => {
        const inOrder = new LocalizationEvaluator(list.length);
        const outOfOrder = new LocalizationEvaluator(list.length);
        list.forEach(([c, l], i) => {
          inOrder.add(i, decision(c, l));
        });
        for (const i of order) outOfOrder.add(i, decision(...list[i]!));
        expect(outOfOrder.compute()).toEqual(inOrder.compute());
        expect(outOfOrder.outcomes('localization', 5)).toEqual(inOrder.outcomes('localization', 5));
      }),
    );
  });

  it('takes the same decision twice, but no contradiction', () => {
    const evaluator = new LocalizationEvaluator(2);
    evaluator.add(1, decision([1, 0], undefined));
    evaluator.add(1, decision([1, 0], undefined));
    expect(evaluator.compute()[0]?.classification.n).toBe(1);
    expect(() => evaluator.add(1, decision([1, 0], [1, 0]))).toThrow('judged twice');
    expect(() => evaluator.add(1, decision([0, 0], undefined))).toThrow('judged twice');
  });

  it('refuses positions and decisions that do not belong to it', () => {
    const evaluator = new LocalizationEvaluator(2);
    expect(() => evaluator.add(2, decision([0, 0], [0, 0]))).toThrow(RangeError);
    expect(() => evaluator.add(-1, decision([0, 0], [0, 0]))).toThrow(RangeError);
    expect(() => evaluator.add(0, decision([0], [0]))).toThrow(RangeError);
    expect(() => evaluator.outcomes('localization', 3)).toThrow(RangeError);
  });

  it('hands out copies of what it keeps', () => {
    const evaluator = new LocalizationEvaluator(1);
    evaluator.outcomes('classification', 1)[0] = 1;
    expect(evaluator.compute()[0]?.classification.n).toBe(0);
  });
});
