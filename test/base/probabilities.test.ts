import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NORMALISERS, type Normaliser, probabilitiesOver } from '../../src/base/probabilities.js';

const scores = fc
  .array(fc.float({ min: -80, max: 80, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((values) => Float32Array.from(values));

const all = (steps: readonly Normaliser[], of: Float32Array) =>
  Array.from(of, (score) => probabilitiesOver(steps, of)(score));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

it('hand-worked: of log 1, log 2, log 5 a softmax makes eighths', () => {
  const of = Float32Array.from([1, 2, 5], Math.log);
  all(['softmax'], of).forEach((p, i) => {
    expect(p).toBeCloseTo([0.125, 0.25, 0.625][i]!, 6);
  });
  expect(probabilitiesOver(['sigmoid'], of)(Math.log(3))).toBeCloseTo(0.75, 12);
  expect(probabilitiesOver(['log-sigmoid'], of)(Math.log(3))).toBeCloseTo(Math.log(0.75), 12);
});

describe('for any scores', () => {
  it('a softmax sums to 1, also behind another', () => {
    fc.assert(
      fc.property(scores, (of) => {
        expect(sum(all(['softmax'], of))).toBeCloseTo(1, 5);
        expect(sum(all(['softmax', 'softmax'], of))).toBeCloseTo(1, 5);
      }),
    );
  });

  it('a softmax is the same for scores that are all moved', () => {
    fc.assert(
      fc.property(scores, (of) => {
        const moved = of.map((score) => score + 16);
        const [a, b] = [
          all(
            ['softmax'],
            of.map((score) => score + 16 - 16),
          ),
          all(['softmax'], moved),
        ];
        a.forEach((p, i) => {
          expect(b[i]).toBeCloseTo(p, 4);
        });
      }),
    );
  });

  it.each([
    ['log-softmax', 'softmax'],
    ['log-sigmoid', 'sigmoid'],
  ] as const)('exp of %s is %s', (logarithm, plain) => {
    fc.assert(
      fc.property(scores, (of) => {
        const [a, b] = [all([logarithm, 'exp'], of), all([plain], of)];
        a.forEach((p, i) => {
          expect(p).toBeCloseTo(b[i]!, 5);
        });
      }),
    );
  });

  it('steps in a row are steps one after the other', () => {
    fc.assert(
      fc.property(
        scores,
        fc.constantFrom(...NORMALISERS),
        fc.constantFrom('softmax', 'sigmoid'),
        (of, a, b) => {
          fc.pre(a !== 'exp' || of.every((score) => score < 20));
          const between = Float32Array.from(all([a], of));
          all([a, b], of).forEach((p, i) => {
            expect(p).toBeCloseTo(all([b], between)[i]!, 5);
          });
        },
      ),
    );
  });

  it('no step leaves scores as they are', () => {
    fc.assert(
      fc.property(scores, (of) => {
        expect(all([], of)).toEqual(Array.from(of));
      }),
    );
  });
});
