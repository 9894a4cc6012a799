import { describe, expect, it } from 'vitest';
import type { Heatmap } from '../../../src/base/heatmap.js';
import { SEED, type Seeds } from '../../../src/base/segment.js';
import { grabcutBox } from '../../../src/eval/boxes/grabcut-box.js';
import { heatmap, mask, rowsOf } from '../maps.js';

const rule = { quantiles: [0.3, 0.95], connectivity: 8, largest: 'count' } as const;

/** What a map's values tell the segmentation; undefined when it is not asked. */
function quantileSeeds(map: Heatmap, quantiles: readonly [number, number]): Seeds | undefined {
  let given: Seeds | undefined;
  grabcutBox(map, { ...rule, quantiles }, (seeds) => {
    given = seeds;
    return { ...seeds, data: new Uint8Array(seeds.data.length) };
  });
  return given;
}

describe('the seeds', () => {
  it('above the upper quantile foreground, up to the lower one background, the rest open', () => {
    // 11 values, 0 … 10: ⌊0.3 · 10⌋ = 3 and ⌊0.9 · 10⌋ = 9.
    const map = heatmap([[10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]]);
    expect([...quantileSeeds(map, [0.3, 0.9])!.data]).toEqual([1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
  });

  it('where nothing is above the upper quantile, what is at it is foreground', () => {
    expect([...quantileSeeds(heatmap([[5, 5, 0, 0]]), [0.3, 0.95])!.data]).toEqual([1, 1, 2, 2]);
  });

  it('zeros are background, however many: a map with few positive values has few seeds', () => {
    expect([...quantileSeeds(heatmap([[0, 0, 0, 0, 0, 3]]), [0.3, 0.5])!.data]).toEqual([2, 2, 2, 2, 2, 1]);
  });

  it('a map without positive values has none', () => {
    expect(
      quantileSeeds(
        heatmap([
          [0, 0],
          [-1, 0],
        ]),
        [0.3, 0.95],
      ),
    ).toBeUndefined();
  });
});

describe('grabcutBox', () => {
  it('boxes the largest component of what the segmentation makes of the seeds', () => {
    const seen: Seeds[] = [];
    const segmented = mask('##...', '##..#', '....#');
    const box = grabcutBox(
      heatmap([
        [9, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0],
      ]),
      rule,
      (seeds) => {
        seen.push(seeds);
        return segmented;
      },
    );
    expect(box).toEqual({ x0: 0, y0: 0, x1: 1, y1: 1 });
    const { background, foreground } = SEED;
    expect(rowsOf(seen[0]!)[0]).toEqual([foreground, ...Array(4).fill(background)]);
  });

  it('asks nothing of a map that points nowhere', () => {
    const box = grabcutBox(heatmap([[0, 0]]), rule, () => {
      throw new Error('asked');
    });
    expect(box).toBeUndefined();
  });
});
