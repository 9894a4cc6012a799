import { describe, expect, it } from 'vitest';
import { energyShares } from '../../src/experiments/bias.js';

const mask = (values: readonly number[]) => ({
  width: values.length,
  height: 1,
  data: Uint8Array.from(values),
});
const map = (values: readonly number[]) => ({
  width: values.length,
  height: 1,
  data: Float32Array.from(values),
});

describe('energyShares', () => {
  it('divides the positive energy by what it falls on', () => {
    // Background, class 0 twice, class 2 (an attribute), void: of 1 + 2 + 3 + 4 + 0.
    const shares = energyShares(map([1, 2, 3, 4, -5]), mask([0, 1, 1, 3, 255]), 0);
    expect(shares).toEqual({ own: 0.5, others: 0.4 });
    expect(energyShares(map([1, 0, 0, 0, 1]), mask([0, 1, 1, 3, 255]), 0)).toEqual({ own: 0, others: 0 });
  });

  it('says nothing of a map without energy', () => {
    expect(energyShares(map([0, -1]), mask([1, 1]), 0)).toBeUndefined();
  });
});
