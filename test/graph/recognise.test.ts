import { describe, expect, it } from 'vitest';
import { isChoice } from '../../src/graph/scores/recognise.js';

const rows = (count: number, width: number) =>
  Array.from({ length: count }, (_, n) => Array.from({ length: width }, (_, i) => Math.sin(i * (n + 1.3))));

describe('a choice of scores', () => {
  const from = [
    [1, 2, 2, 0],
    [5, 6, 7, 0],
  ];
  it('is some of them, or another order, each taken once, the same for all images', () => {
    const at = (...places: number[]) => from.map((row) => places.map((i) => row[i]!));
    for (const places of [[1, 2, 3], [3, 0], [2], [0, 1, 2, 3]])
      expect(isChoice(from, at(...places))).toBe(true);
    for (const places of [
      [1, 1],
      [0, 0, 1],
      [0, 1, 2, 3, 0],
    ])
      expect(isChoice(from, at(...places))).toBe(false);
    expect(isChoice(from, [[2], [5]])).toBe(false);
    expect(isChoice(from, [[], []])).toBe(false);
    expect(isChoice([[-0, 1]], [[0]])).toBe(true);
  });

  it('is found at once among 21,000 classes', () => {
    const all = rows(16, 21_000);
    const start = performance.now();
    expect(
      isChoice(
        all,
        all.map((row) => row.slice(1)),
      ),
    ).toBe(true);
    expect(
      isChoice(
        all,
        all.map((row) => row.slice(1).map((value, i) => (i === 20_000 ? 9 : value))),
      ),
    ).toBe(false);
    // One by one it took 4 to 15 s.
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
