import { describe, expect, it } from 'vitest';
import { DEFAULT_BOOTSTRAP } from '../../../src/eval/statistics/bootstrap.js';
import { classMean } from '../../../src/eval/statistics/class-accuracy.js';

const options = { ...DEFAULT_BOOTSTRAP, replicates: 50 };

describe('classMean', () => {
  it('is the mean over the classes that occur, not over the cues', () => {
    const images = [
      [{ class: 0, value: 1 }],
      [
        { class: 0, value: 1 },
        { class: 5, value: 0 },
      ],
      [{ class: 0, value: 0 }],
      [],
    ];
    const interval = classMean(images, options)!;
    expect(interval.estimate).toBeCloseTo((100 * (2 / 3 + 0)) / 2, 9);
    expect(interval.n).toBe(3);
    expect(interval.low).toBeLessThan(interval.high);
  });

  it('is nothing without a cue', () => {
    expect(classMean([[], []], options)).toBeUndefined();
  });
});
