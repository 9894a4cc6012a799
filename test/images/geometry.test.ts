import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, iou } from '../../src/base/box.js';
import { boxOnImage, boxToInput, clipBox, type InputGeometry } from '../../src/images/geometry.js';

const HALF: InputGeometry = {
  image: { width: 20, height: 10 },
  input: { width: 5, height: 5 },
  region: { x: 5, y: 0, width: 10, height: 10 },
};

const box = fc
  .record({
    x: fc.nat(50),
    y: fc.nat(50),
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ x, y, width, height }): Box => ({ x0: x, y0: y, x1: x + width - 1, y1: y + height - 1 }));

/** A box of the input on an image that is large enough for it. */
const boxToImage = (onInput: Box, geometry: InputGeometry) =>
  boxOnImage(onInput, geometry.input, { ...geometry, image: { width: 1000, height: 1000 } })!;

describe('boxes between the stored image and the network input', () => {
  it('maps one input pixel to the 2 x 2 pixels it was made of', () => {
    expect(boxToImage({ x0: 1, y0: 2, x1: 1, y1: 2 }, HALF)).toEqual({ x0: 7, y0: 4, x1: 8, y1: 5 });
    expect(boxToInput({ x0: 7, y0: 4, x1: 8, y1: 5 }, HALF)).toEqual({ x0: 1, y0: 2, x1: 1, y1: 2 });
  });

  it('maps the whole input to the whole region', () => {
    expect(boxToImage({ x0: 0, y0: 0, x1: 4, y1: 4 }, HALF)).toEqual({ x0: 5, y0: 0, x1: 14, y1: 9 });
  });

  it('undoes itself', () => {
    fc.assert(
      fc.property(box, (original) => {
        const back = boxToImage(boxToInput(original, HALF), HALF);
        for (const side of ['x0', 'y0', 'x1', 'y1'] as const)
          expect(back[side]).toBeCloseTo(original[side], 9);
      }),
    );
  });

  it('keeps the IoU of any two boxes', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(iou(boxToInput(a, HALF), boxToInput(b, HALF))).toBeCloseTo(iou(a, b), 9);
      }),
    );
  });
});

describe('clipBox', () => {
  const size = { width: 10, height: 5 };

  it('keeps what is inside', () => {
    expect(clipBox({ x0: -3, y0: 2, x1: 10, y1: 3 }, size)).toEqual({ x0: 0, y0: 2, x1: 9, y1: 3 });
  });

  it('returns undefined when nothing is left', () => {
    expect(clipBox({ x0: 10, y0: 0, x1: 12, y1: 4 }, size)).toBeUndefined();
    expect(clipBox({ x0: Number.NaN, y0: 0, x1: 3, y1: 4 }, size)).toBeUndefined();
  });
});
