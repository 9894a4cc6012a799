import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measured } from '../../src/report/measured.js';
import { readPublished } from '../../src/report/published.js';
import { checkPublished } from '../../src/report/published-check.js';

const { rows } = await readPublished('localization');
const [correlations, networks] = [
  (await readPublished('occlusion-correlation')).rows,
  ['VGG-16', 'AlexNet', 'GoogLeNet'].map((paper) => ({ name: paper, paper })),
];

/** Numbers of a run, each a published one moved by some points. */
function movedBy(points: readonly number[]): readonly Measured[] {
  const published = rows.filter(({ secondary }) => secondary !== true);
  return published.flatMap(({ network, method, values }, r) =>
    Object.entries(values).map(([measure, value], m) => ({
      ...{ network, method, variant: '', measure, n: 10, low: undefined, high: undefined },
      value: value + points[(4 * r + m) % points.length]!,
    })),
  );
}

const within = (points: readonly number[], tolerance: number) =>
  checkPublished(networks, rows, movedBy(points), tolerance)
    .filter(({ verdict }) => verdict === 'within')
    .map(({ network, method, measure }) => `${network} ${method} ${measure}`);

const points = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 40 });
const tolerance = fc.double({ min: 0, max: 10, noNaN: true });

describe('a run against published values', () => {
  it('what is within a tolerance is within each larger one', () => {
    fc.assert(
      fc.property(points, tolerance, tolerance, (moves, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        expect(within(moves, large)).toEqual(expect.arrayContaining(within(moves, small)));
      }),
    );
  });

  it('the sign of a difference does not decide', () => {
    fc.assert(
      fc.property(points, tolerance, (moves, least) => {
        const apart = moves.filter((move) => Math.abs(Math.abs(move) - least) > 1e-6);
        fc.pre(apart.length > 0);
        expect(within(apart, least)).toEqual(
          within(
            apart.map((move) => -move),
            least,
          ),
        );
      }),
    );
  });

  it('without a difference all is within, and nothing is missing', () => {
    const values = checkPublished(networks, rows, movedBy([0]), 0);
    expect(new Set(values.map(({ verdict }) => verdict))).toEqual(new Set(['within', 'beside']));
  });

  it('a correlation’s difference is in hundredths', () => {
    const [{ network, method, values }] = correlations as [(typeof correlations)[0]];
    const measured = {
      network,
      method,
      variant: '',
      measure: 'rank_correlation',
      n: 9,
      low: undefined,
      high: undefined,
    };
    const ours = { ...measured, value: values.rank_correlation! + 0.02 };
    const of = (most: number) => checkPublished(networks, correlations, [ours], most)[0]!;
    expect(of(2)).toMatchObject({ unit: 'ρ', verdict: 'within' });
    expect(of(1.9).verdict).toBe('apart');
    expect(of(2).difference).toBeCloseTo(2, 9);
  });
});
