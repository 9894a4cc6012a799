import { describe, expect, it } from 'vitest';
import { mapMaximum } from '../../src/base/threshold.js';
import { heatmap } from '../eval/maps.js';

describe('mapMaximum', () => {
  it('is the largest value, also of a negative map', () => {
    expect(mapMaximum(heatmap([[-3, -1, -2]]))).toBe(-1);
  });
});
