import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/base/box.js';
import type { Heatmap } from '../../../src/base/heatmap.js';
import { boxOfMap } from '../../../src/eval/boxes/box-of-map.js';
import { gtKnownMeasures } from '../../../src/eval/boxes/gt-known.js';
import { mapOnImage } from '../../../src/eval/maps/map-on-image.js';
import { thumbnail, thumbnailValues } from '../../../src/eval/maps/thumbnail.js';
import type { InputGeometry } from '../../../src/images/geometry.js';
import { DEFAULT_BOX_RULE } from '../box-rules.js';
import { heatmap, rowsOf } from '../maps.js';

const size = (width: number, height: number) => ({ width, height });
const whole = (width: number, height: number) => ({
  image: size(width, height),
  input: size(width, height),
  region: { x: 0, y: 0, width, height },
});

describe('mapOnImage', () => {
  it('covers the image when the input showed all of it', () => {
    const map = mapOnImage(
      heatmap([
        [0, 1],
        [2, 4],
      ]),
      whole(4, 4),
    );
    expect(rowsOf(map)[0]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('is 0 where the input showed nothing, and cut where it showed more than the image', () => {
    const crop = { image: size(4, 2), region: { x: 1, y: 0, width: 2, height: 2 } };
    expect(
      rowsOf(
        mapOnImage(
          heatmap([
            [1, 2],
            [3, 4],
          ]),
          crop,
        ),
      ),
    ).toEqual([
      [0, 1, 2, 0],
      [0, 3, 4, 0],
    ]);
    const beyond = { image: size(2, 2), region: { x: -1, y: 1, width: 2, height: 2 } };
    expect(
      rowsOf(
        mapOnImage(
          heatmap([
            [1, 2],
            [3, 4],
          ]),
          beyond,
        ),
      ),
    ).toEqual([
      [0, 0],
      [2, 0],
    ]);
  });
});

describe('found', () => {
  const find = (map: Heatmap, geometry: InputGeometry, boxes: readonly Box[]) =>
    gtKnownMeasures(map, geometry, boxes, boxOfMap(map, geometry, DEFAULT_BOX_RULE));
  const map = heatmap([
    [0, 0, 0, 0],
    [0, 3, 1, 0],
    [0, 1, 0, 0],
  ]);

  it('gives overlap, pointing and energy on the boxes', () => {
    const exact = find(map, whole(4, 3), [{ x0: 1, y0: 1, x1: 2, y1: 2 }]);
    expect(exact).toEqual({ iou: 1, pointed: true, energy: 1 });
    const beside = find(map, whole(4, 3), [
      { x0: 2, y0: 1, x1: 3, y1: 2 },
      { x0: 0, y0: 0, x1: 0, y1: 0 },
    ]);
    expect(beside).toEqual({ iou: 2 / 6, pointed: false, energy: 0.2 });
  });

  it('finds nothing with an empty map', () => {
    const empty = find(heatmap([[0, -1]]), whole(2, 1), [{ x0: 0, y0: 0, x1: 1, y1: 0 }]);
    expect(empty).toEqual({ iou: 0, pointed: false, energy: 0 });
  });
});

describe('thumbnail', () => {
  it('keeps shares of the maximum in two digits, negative values as 0', () => {
    const values = thumbnailValues(thumbnail(heatmap([[4, -4]])));
    expect(values).toHaveLength(196);
    expect([values[0], values[13]]).toEqual([99, 0]);
    expect(Math.max(...thumbnailValues(thumbnail(heatmap([[0, -1]]))))).toBe(0);
  });
});
