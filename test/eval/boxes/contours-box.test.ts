import { describe, expect, it } from 'vitest';
import { contoursBox } from '../../../src/eval/boxes/contours-box.js';
import { largestBoxAt } from '../../../src/eval/boxes/largest-box.js';
import { boxRule, DEFAULT_BOX_RULE } from '../box-rules.js';

const WIDTH = 60;
const HEIGHT = 50;

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly value: number;
}

/** Rectangles on 0, the later ones over the earlier ones. */
function blocks(...list: readonly Block[]) {
  const data = new Float32Array(WIDTH * HEIGHT);
  for (const { x, y, width, height, value } of list) {
    for (let row = y; row < y + height; row++) data.fill(value, row * WIDTH + x, row * WIDTH + x + width);
  }
  return { data, width: WIDTH, height: HEIGHT };
}

describe('contoursBox', () => {
  it('takes the largest bounding box over all levels: here the faint halo’s at 20', () => {
    const map = blocks(
      { x: 5, y: 5, width: 30, height: 20, value: 0.1 },
      { x: 10, y: 10, width: 8, height: 8, value: 1 },
    );
    expect(contoursBox(map)).toEqual({ x0: 5, y0: 5, x1: 34, y1: 24 });
    expect(contoursBox(map, [100, 110])).toEqual({ x0: 10, y0: 10, x1: 17, y1: 17 });
  });

  it('a pixel at its level is left out, levels are of the rounded 8-bit map', () => {
    // 255 · 0.0784 = 19.99, rounded 20; 255 · 0.081 = 20.7, rounded 21.
    const halo = (value: number) =>
      contoursBox(
        blocks({ x: 5, y: 5, width: 30, height: 20, value }, { x: 10, y: 10, width: 8, height: 8, value: 1 }),
      );
    expect(halo(0.0784)).toEqual({ x0: 10, y0: 10, x1: 17, y1: 17 });
    expect(halo(0.081)).toEqual({ x0: 5, y0: 5, x1: 34, y1: 24 });
  });

  it('strips what is thin beside the deepest region: 4.1 % of its depth', () => {
    // 48 rows between two rows of background: depth 24 at most, and 24 · 10.5/255 = 0.99: even the rim, of depth 1, stays.
    const square = { x: 3, y: 1, width: 49, height: 48, value: 1 };
    expect(contoursBox(blocks(square))).toEqual({ x0: 3, y0: 1, x1: 51, y1: 44 });
    // In the corner, as the image's border is no background: depth 40 at most, 40 · 10.5/255 = 1.6: the rim goes.
    const corner = { x: 0, y: 0, width: 40, height: 45, value: 1 };
    expect(contoursBox(blocks(corner))).toEqual({ x0: 0, y0: 0, x1: 38, y1: 43 });
  });

  it('a whisker of one pixel vanishes beside a deep region, and with it its long box', () => {
    const body = { x: 0, y: 0, width: 30, height: 40, value: 1 };
    const whisker = { x: 30, y: 5, width: 20, height: 1, value: 1 };
    expect(contoursBox(blocks(body))).toEqual({ x0: 0, y0: 0, x1: 28, y1: 38 });
    // Where it grows from the body, one pixel of the rim is deep enough (√2 > 30 · 10.5/255) to stay.
    expect(contoursBox(blocks(body, whisker))).toEqual({ x0: 0, y0: 0, x1: 29, y1: 38 });
  });

  it('keeps 5 pixels from the right and the lower border, none from the others', () => {
    const all = { data: new Float32Array(WIDTH * HEIGHT).fill(3), width: WIDTH, height: HEIGHT };
    expect(contoursBox(all)).toEqual({ x0: 0, y0: 0, x1: WIDTH - 6, y1: HEIGHT - 6 });
  });

  it('has no box for a map without positive values', () => {
    expect(contoursBox(blocks())).toBeUndefined();
    const negative = blocks({ x: 0, y: 0, width: WIDTH, height: HEIGHT, value: -1 });
    expect(contoursBox(negative)).toBeUndefined();
  });

  it('scaling the map changes nothing', () => {
    const map = blocks(
      { x: 5, y: 5, width: 30, height: 20, value: 0.25 },
      { x: 9, y: 8, width: 8, height: 8, value: 1 },
    );
    expect(contoursBox({ ...map, data: map.data.map((value) => 4 * value) })).toEqual(contoursBox(map));
  });

  it('is a rule beside the others', () => {
    const map = blocks(
      { x: 5, y: 5, width: 30, height: 20, value: 0.1 },
      { x: 10, y: 10, width: 8, height: 8, value: 1 },
    );
    const extent = { width: WIDTH, height: HEIGHT };
    expect(largestBoxAt(map, extent, boxRule({ rule: 'contours' }))).toEqual(contoursBox(map));
    expect(largestBoxAt(map, extent, DEFAULT_BOX_RULE)).toEqual({ x0: 10, y0: 10, x1: 17, y1: 17 });
  });
});
