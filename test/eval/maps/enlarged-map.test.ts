import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heatmap } from '../../../src/base/heatmap.js';
import { resizeMap } from '../../../src/base/resize-map.js';
import type { Size } from '../../../src/base/size.js';
import { mapMaximum } from '../../../src/base/threshold.js';
import { runsAbove } from '../../../src/eval/boxes/runs.js';
import { EnlargedMap } from '../../../src/eval/maps/enlarged-map.js';
import { heatmap, rowsOfRuns } from '../maps.js';

/** Few different values, so that many are equal, beside arbitrary ones of either sign and any size. */
const values = fc.oneof(
  fc.constantFrom(0, 0.15, 0.5, 1, -1),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -2, max: 2 }),
);
const scales = fc.constantFrom(1, 1, 1e-3, 1e30, 1e-38, 1e-44);
const maps: fc.Arbitrary<Heatmap> = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), scales)
  .chain(([width, height, scale]) =>
    fc
      .array(values, { minLength: width * height, maxLength: width * height })
      .map((all) => ({ data: Float32Array.from(all, (value) => value * scale), width, height })),
  );
const enlarged = maps.chain((map) =>
  fc.record({
    map: fc.constant(map),
    extent: fc.record({
      width: fc.integer({ min: 4 * map.width, max: 4 * map.width + 60 }),
      height: fc.integer({ min: 4 * map.height, max: 4 * map.height + 60 }),
    }),
  }),
);

const both = (map: Heatmap, extent: Size) => [resizeMap(map, extent), EnlargedMap.of(map, extent)!] as const;

describe('EnlargedMap', () => {
  it('has the maximum of all pixels, to the last bit', () => {
    fc.assert(
      fc.property(enlarged, ({ map, extent }) => {
        const [pixels, fast] = both(map, extent);
        // Of −0 and 0, whichever comes first is the largest.
        expect(fast.maximum() + 0).toBe(mapMaximum(pixels) + 0);
      }),
      { numRuns: 500 },
    );
  });

  it('has the runs of all pixels at any level, at pixels’ own values too', () => {
    const levels = fc.oneof(
      fc.constantFrom(0.15, 0.5, 1).map((fraction) => ({ fraction })),
      fc.nat().map((pixel) => ({ pixel })),
      fc.nat().map((source) => ({ source })),
    );
    fc.assert(
      fc.property(enlarged, levels, fc.constantFrom('>=' as const, '>' as const), (given, at, comparison) => {
        const [pixels, fast] = both(given.map, given.extent);
        const own = (data: Float32Array, i: number) => Math.abs(data[i % data.length]!);
        const level =
          'fraction' in at
            ? at.fraction * Math.max(0, mapMaximum(pixels))
            : 'pixel' in at
              ? own(pixels.data, at.pixel)
              : own(given.map.data, at.source);
        const expected = rowsOfRuns(runsAbove(pixels, level, comparison));
        expect(rowsOfRuns(fast.runsAbove(level, comparison))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('sees one value among zeros', () => {
    const fast = EnlargedMap.of(heatmap([[0, 1]]), { width: 8, height: 4 })!;
    // Pixel centres at (x + ½) / 4 − ½: 0, 0, ⅛, ⅜, ⅝, ⅞, 1, 1.
    expect(rowsOfRuns(fast.runsAbove(0.375, '>='))).toEqual(Array(4).fill([[3, 7]]));
    expect(rowsOfRuns(fast.runsAbove(0.375, '>'))).toEqual(Array(4).fill([[4, 7]]));
    expect(fast.maximum()).toBe(1);
  });

  it('leaves reduced, little enlarged and infinite maps to resizeMap', () => {
    const map = heatmap([[0, 1]]);
    expect(EnlargedMap.of(map, { width: 7, height: 4 })).toBeUndefined();
    expect(EnlargedMap.of(map, { width: 8, height: 3 })).toBeUndefined();
    expect(EnlargedMap.of(heatmap([[0, Infinity]]), { width: 8, height: 4 })).toBeUndefined();
    expect(EnlargedMap.of(heatmap([[0, NaN]]), { width: 8, height: 4 })).toBeUndefined();
  });
});
