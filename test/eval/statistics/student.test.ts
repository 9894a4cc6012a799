import { describe, expect, it } from 'vitest';
import { studentInterval, studentQuantile } from '../../../src/eval/statistics/student.js';

describe('studentQuantile', () => {
  it.each([
    // Abramowitz and Stegun 1964, table 26.10.
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 4, 2.776],
    [0.95, 9, 2.262],
    [0.95, 30, 2.042],
    [0.9, 5, 2.015],
    [0.99, 4, 4.604],
    [0.5, 7, 0.711],
  ])('level %f, %i degrees of freedom: %f', (level, freedom, expected) => {
    expect(studentQuantile(level, freedom)).toBeCloseTo(expected, 3);
  });

  it('nears the normal distribution', () => {
    expect(studentQuantile(0.95, 100_000)).toBeCloseTo(1.95999, 4);
  });
});

describe('studentInterval', () => {
  it('is the mean and t standard errors on both sides', () => {
    // 1, 2, 3, 4, 5: deviation √2.5, standard error √0.5, t = 2.776445.
    const half = 2.776445 * Math.sqrt(0.5);
    const { n, estimate, low, high } = studentInterval([1, 2, 3, 4, 5], 0.95)!;
    expect([n, estimate]).toEqual([5, 3]);
    expect(low).toBeCloseTo(3 - half, 5);
    expect(high).toBeCloseTo(3 + half, 5);
  });

  it('says nothing of one value', () => {
    expect(studentInterval([1], 0.95)).toBeUndefined();
  });
});
