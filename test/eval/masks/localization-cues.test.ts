import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localizationCues, median3 } from '../../../src/eval/masks/localization-cues.js';
import { heatmaps } from '../arbitraries.js';
import { heatmap, rowsOf } from '../maps.js';

describe('localizationCues', () => {
  it('cuts each class at its share, and gives what is claimed twice to the smaller cue', () => {
    const cues = localizationCues(
      [
        {
          classIndex: 3,
          map: heatmap([
            [10, 9, 8],
            [1, 2, 3],
          ]),
        },
        {
          classIndex: 0,
          map: heatmap([
            [0, 4, 0],
            [0, 0, 0],
          ]),
        },
      ],
      undefined,
    );
    // Class 3 has 10, 9, 8 and 3 (2 is not above 20 %), but for the 9.
    expect(cues).toEqual({ labels: [1, 4, 4, 4], rows: [0, 0, 0, 1], columns: [1, 0, 2, 2] });
  });

  it('takes the least salient positions as background', () => {
    const saliency = heatmap([[5, 1, 7, 3, 9, 2, 8, 6, 4, 10]]);
    const map = { classIndex: 0, map: heatmap([[0, 1, 0, 0, 1, 0, 0, 0, 0, 0]]) };
    const cues = localizationCues([map], saliency, { foreground: 0.2, background: 0.3 });
    // Below the value of rank 3: 1, 2 and 3; of the two cues the class's is smaller.
    expect(cues).toEqual({ labels: [0, 0, 1, 1], rows: [0, 0, 0, 0], columns: [3, 5, 1, 4] });
  });

  it('gives no cue for a map without a positive value', () => {
    expect(localizationCues([{ classIndex: 0, map: heatmap([[0, -1]]) }], undefined).labels).toEqual([]);
    expect(localizationCues([], undefined).labels).toEqual([]);
  });

  it('claims no position twice', () => {
    fc.assert(
      fc.property(heatmaps, fc.array(fc.nat(5), { maxLength: 3 }), (map, classes) => {
        const turned = { ...map, data: map.data.toReversed() };
        const cues = localizationCues(
          classes.map((classIndex, i) => ({ classIndex, map: i % 2 === 0 ? map : turned })),
          map,
        );
        const positions = cues.rows.map((row, i) => row * map.width + cues.columns[i]!);
        expect(new Set(positions).size).toBe(positions.length);
        expect(positions.every((position) => position < map.data.length)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('median3', () => {
  it('repeats the edges', () => {
    // scipy.ndimage.median_filter([[1, 9, 2], [8, 3, 7]], 3, mode='nearest')
    const map = median3(
      heatmap([
        [1, 9, 2],
        [8, 3, 7],
      ]),
    );
    expect(rowsOf(map)).toEqual([
      [3, 3, 3],
      [8, 7, 7],
    ]);
  });
});
