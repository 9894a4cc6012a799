import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signTest } from '../../../src/eval/statistics/sign-test.js';

describe('signTest', () => {
  it('is the binomial tail, worked by hand', () => {
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(1, 0)).toBe(1);
    expect(signTest(5, 0)).toBeCloseTo(2 / 32, 12);
    expect(signTest(6, 0)).toBeCloseTo(2 / 64, 12);
    // (1 + 8) of 256, twice.
    expect(signTest(7, 1)).toBeCloseTo(18 / 256, 12);
    expect(signTest(4, 4)).toBe(1);
  });

  it('does not care which way, and grows with the balance', () => {
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(count, count, (a, b) => {
        const p = signTest(a, b);
        expect(p).toBe(signTest(b, a));
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        if (a > b + 2) expect(signTest(a - 1, b + 1)).toBeGreaterThanOrEqual(p);
      }),
    );
  });
});
