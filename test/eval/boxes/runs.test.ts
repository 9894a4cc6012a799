import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapMaximum } from '../../../src/base/threshold.js';
import { type Runs, runsAbove, runsOfMask } from '../../../src/eval/boxes/runs.js';
import { thresholdMap } from '../../../src/eval/index.js';
import { heatmaps } from '../arbitraries.js';
import { mask, rowsOfRuns } from '../maps.js';

describe('runsOfMask', () => {
  it('lists the stretches of each row, inclusive', () => {
    const runs = runsOfMask(mask('#..##', '.....', '.###.'));
    expect(rowsOfRuns(runs)).toEqual([
      [
        [0, 0],
        [3, 4],
      ],
      [],
      [[1, 3]],
    ]);
  });
});

describe('runsAbove', () => {
  it('finds the runs of the mask at that level, with pixels exactly at it too', () => {
    fc.assert(
      fc.property(
        heatmaps.filter((map) => mapMaximum(map) > 0),
        fc.constantFrom(0.15, 0.5, 1),
        fc.constantFrom('>=' as const, '>' as const),
        fc.nat(),
        (map, fraction, comparison, at) => {
          // One pixel stands on the level, as near as float32 comes to it.
          map.data[at % map.data.length] = fraction * mapMaximum(map);
          const expected = runsOfMask(thresholdMap(map, fraction, comparison));
          const level = fraction * mapMaximum(map);
          expect(rowsOfRuns(runsAbove(map, level, comparison))).toEqual(rowsOfRuns(expected));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves a pixel at the level out with >, takes the next float', () => {
    const data = Float32Array.of(0.5, 0.5 + 2 ** -24, 0);
    expect(rowsOfRuns(runsAbove({ data, width: 3, height: 1 }, 0.5, '>'))).toEqual([[[1, 1]]]);
  });

  it('holds more runs than there is room for at first', () => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => i % 2);
    const total = (runs: Runs) => rowsOfRuns(runs).flat().length;
    expect(total(runsAbove({ data, width: 64, height: 64 }, 1, '>='))).toBe(2048);
    expect(total(runsAbove({ data: data.slice(0, 1024), width: 1024, height: 1 }, 1, '>='))).toBe(512);
  });
});
