import { describe, expect, it } from 'vitest';
import { thresholdMap } from '../../../src/eval/index.js';
import { heatmap, rowsOf } from '../maps.js';

describe('thresholdMap', () => {
  const map = heatmap([
    [0, 1, 2],
    [4, 8, -1],
  ]);

  it('takes the pixels at the threshold with >=, and leaves them with >', () => {
    expect(rowsOf(thresholdMap(map, 0.25, '>='))).toEqual([
      [0, 0, 1],
      [1, 1, 0],
    ]);
    expect(rowsOf(thresholdMap(map, 0.25, '>'))).toEqual([
      [0, 0, 0],
      [1, 1, 0],
    ]);
  });

  it('takes 15 % by default', () => {
    expect(rowsOf(thresholdMap(heatmap([[14, 15, 16, 100]])))).toEqual([[0, 1, 1, 1]]);
  });

  it.each([
    ['zero', [0, 0, 0, 0]],
    ['negative', [-4, -1, -2, -8]],
    ['negative or zero', [-4, 0, -2, -8]],
  ])('finds no foreground in a map that is all %s', (_, values) => {
    for (const comparison of ['>=', '>'] as const) {
      expect([...thresholdMap(heatmap([values]), 0.15, comparison).data]).toEqual([0, 0, 0, 0]);
    }
  });

  it('does not let the minimum in: an offset moves the foreground', () => {
    expect([...thresholdMap(heatmap([[0, 5, 10]]), 0.6).data]).toEqual([0, 0, 1]);
    expect([...thresholdMap(heatmap([[10, 15, 20]]), 0.6).data]).toEqual([0, 1, 1]);
  });
});
