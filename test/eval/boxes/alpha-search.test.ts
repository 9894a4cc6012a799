import { describe, expect, it } from 'vitest';
import { ALPHAS, AlphaSearch } from '../../../src/eval/boxes/alpha-search.js';

describe('AlphaSearch', () => {
  it('tries 0 to 10 by 0.5', () => {
    expect(ALPHAS).toHaveLength(21);
    expect([ALPHAS[0], ALPHAS[1], ALPHAS[20]]).toEqual([0, 0.5, 10]);
  });

  it('takes the α with the fewest wrong boxes, the smallest among equals', () => {
    const search = new AlphaSearch();
    search.add((alpha) => alpha >= 1 && alpha <= 4);
    search.add((alpha) => alpha >= 2 && alpha <= 3);
    search.add(() => false);
    const { alpha, n, wrong } = search.best()!;
    expect({ alpha, n }).toEqual({ alpha: 2, n: 3 });
    // α = 0, 0.5 | 1, 1.5 | 2, 2.5, 3 | 3.5, 4 | 4.5 …
    expect(wrong.slice(0, 11)).toEqual([3, 3, 2, 2, 1, 1, 1, 2, 2, 3, 3]);
  });

  it('finds nothing on nothing', () => {
    expect(new AlphaSearch().best()).toBeUndefined();
  });
});
