import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '../../../src/eval/statistics/holm.js';

describe('holm', () => {
  it("gives R's p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, i) => {
      expect(adjusted[i]).toBeCloseTo(value, 12);
    });
    expect(holm([])).toEqual([]);
    expect(holm([0.7, 0.9])).toEqual([1, 1]);
  });

  it('never makes a value smaller, larger than Bonferroni, or changes the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (values) => {
        const adjusted = holm(values);
        values.forEach((value, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, value * values.length));
          values.forEach((other, j) => {
            if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
          });
        });
      }),
    );
  });
});
