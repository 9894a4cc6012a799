import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, boxArea, boxHeight, boxWidth, clipBox, iou, scaleBox } from '../../src/base/box.js';
import { boxes } from '../eval/arbitraries.js';

/** A box that no image cuts is valid when anything is left of it. */
const isValidBox = (box: Box) => clipBox(box, Infinity, Infinity) !== undefined;

describe('a box', () => {
  it('counts both ends', () => {
    const box = { x0: 2, y0: 3, x1: 4, y1: 3 };
    expect([boxWidth(box), boxHeight(box), boxArea(box)]).toEqual([3, 1, 3]);
  });

  it('is valid when it is finite and covers something', () => {
    expect(isValidBox({ x0: 5, y0: 5, x1: 5, y1: 5 })).toBe(true);
    expect(isValidBox({ x0: 0.2, y0: 0, x1: -0.3, y1: 0 })).toBe(true);
    expect(isValidBox({ x0: 5, y0: 5, x1: 4, y1: 5 })).toBe(false);
    expect(isValidBox({ x0: 5, y0: 6, x1: 5, y1: 5 })).toBe(false);
    expect(isValidBox({ x0: 0, y0: 0, x1: Number.NaN, y1: 5 })).toBe(false);
    expect(isValidBox({ x0: 0, y0: 0, x1: Number.POSITIVE_INFINITY, y1: 5 })).toBe(false);
  });

  it('has no negative area, even when both sides are negative', () => {
    expect(boxArea({ x0: 5, y0: 5, x1: 1, y1: 1 })).toBe(0);
  });
});

describe('iou', () => {
  const square = { x0: 0, y0: 0, x1: 3, y1: 3 };

  it('of halves, quarters and strangers, by hand', () => {
    expect(iou(square, { x0: 0, y0: 0, x1: 1, y1: 3 })).toBe(8 / 16);
    expect(iou(square, { x0: 2, y0: 2, x1: 5, y1: 5 })).toBe(4 / 28);
    expect(iou(square, { x0: 4, y0: 0, x1: 7, y1: 3 })).toBe(0);
  });

  it('counts the shared column of boxes that end and begin at the same pixel', () => {
    expect(iou(square, { x0: 3, y0: 0, x1: 6, y1: 3 })).toBe(4 / 28);
  });

  it('of one pixel with itself is 1, with an invalid box 0', () => {
    const pixel = { x0: 7, y0: 7, x1: 7, y1: 7 };
    expect(iou(pixel, pixel)).toBe(1);
    expect(iou(pixel, { x0: 9, y0: 7, x1: 5, y1: 7 })).toBe(0);
  });

  it('is symmetric, in [0, 1], and 1 only for equal boxes', () => {
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        const value = iou(a, b);
        const equal = a.x0 === b.x0 && a.y0 === b.y0 && a.x1 === b.x1 && a.y1 === b.y1;
        expect(value).toBe(iou(b, a));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(value === 1).toBe(equal);
      }),
    );
  });

  it('agrees with counting pixels', () => {
    const covers = (box: { x0: number; y0: number; x1: number; y1: number }, x: number, y: number) =>
      x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        let both = 0;
        let either = 0;
        for (let y = 0; y < 40; y++) {
          for (let x = 0; x < 40; x++) {
            const [inA, inB] = [covers(a, x, y), covers(b, x, y)];
            if (inA && inB) both++;
            if (inA || inB) either++;
          }
        }
        expect(iou(a, b)).toBe(both / either);
      }),
      { numRuns: 30 },
    );
  });
});

describe('scaleBox', () => {
  it('keeps a box over the whole image over the whole image', () => {
    const whole = scaleBox({ x0: 0, y0: 0, x1: 111, y1: 111 }, 500 / 112, 375 / 112);
    expect(whole).toEqual({ x0: 0, y0: 0, x1: 499, y1: 374 });
  });

  it('turns one pixel into the block that it covers', () => {
    expect(scaleBox({ x0: 2, y0: 1, x1: 2, y1: 1 }, 3, 2)).toEqual({ x0: 6, y0: 2, x1: 8, y1: 3 });
  });

  it('changes no IoU when both boxes are scaled by whole factors, each axis by its own', () => {
    const factor = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(boxes, boxes, factor, factor, (a, b, sx, sy) => {
        expect(iou(scaleBox(a, sx, sy), scaleBox(b, sx, sy))).toBe(iou(a, b));
      }),
    );
  });
});

describe('clipBox', () => {
  it('cuts at the borders and leaves what is inside alone', () => {
    expect(clipBox({ x0: -3, y0: 2, x1: 12, y1: 9 }, 10, 8)).toEqual({ x0: 0, y0: 2, x1: 9, y1: 7 });
    expect(clipBox({ x0: 1, y0: 2, x1: 3, y1: 4 }, 10, 8)).toEqual({ x0: 1, y0: 2, x1: 3, y1: 4 });
  });

  it('leaves nothing of a box outside', () => {
    expect(clipBox({ x0: 10, y0: 0, x1: 12, y1: 3 }, 10, 8)).toBeUndefined();
    expect(clipBox({ x0: 0, y0: -5, x1: 3, y1: -1 }, 10, 8)).toBeUndefined();
  });
});
