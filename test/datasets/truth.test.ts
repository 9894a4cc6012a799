import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, iou } from '../../src/base/box.js';
import { DataError } from '../../src/base/errors.js';
import type { Size } from '../../src/base/size.js';
import type { Annotation } from '../../src/datasets/annotation.js';
import { type BoxOrigin, truthInStoredPixels } from '../../src/datasets/truth.js';

const FLAGS = { difficult: false, truncated: false, occluded: false };

function annotation(size: Size, ...boxes: Box[]): Annotation {
  return { size, objects: boxes.map((box) => ({ className: 'dog', box, ...FLAGS })) };
}

function boxesOf(written: Annotation, stored: Size, origin: BoxOrigin): readonly Box[] {
  return truthInStoredPixels(written, stored, origin, 'a.xml', () => 0).objects.map((object) => object.box);
}

describe('truthInStoredPixels', () => {
  const size = { width: 100, height: 50 };

  it('counts VOC boxes from 0', () => {
    expect(boxesOf(annotation(size, { x0: 1, y0: 1, x1: 100, y1: 50 }), size, 1)).toEqual([
      { x0: 0, y0: 0, x1: 99, y1: 49 },
    ]);
  });

  it('takes ILSVRC boxes as they are, but clips xmax = width', () => {
    expect(boxesOf(annotation(size, { x0: 7, y0: 0, x1: 100, y1: 50 }), size, 0)).toEqual([
      { x0: 7, y0: 0, x1: 99, y1: 49 },
    ]);
  });

  it('scales to the stored size, the full box to the full image', () => {
    const stored = { width: 50, height: 100 };
    const written = annotation(
      { width: 100, height: 100 },
      { x0: 0, y0: 0, x1: 99, y1: 99 },
      { x0: 20, y0: 5, x1: 39, y1: 5 },
    );
    const truth = truthInStoredPixels(written, stored, 0, 'a.xml', () => 0);
    expect(truth.annotatedSize).toEqual({ width: 100, height: 100 });
    expect(truth.objects.map(({ box }) => box)).toEqual([
      { x0: 0, y0: 0, x1: 49, y1: 99 },
      { x0: 10, y0: 5, x1: 19, y1: 5 },
    ]);
  });

  it('keeps the box as annotated beside a scaled one, and only there', () => {
    const written = annotation(size, { x0: 7, y0: 0, x1: 100, y1: 20 });
    const [scaled] = truthInStoredPixels(written, { width: 23, height: 23 }, 0, 'a.xml', () => 0).objects;
    expect(scaled!.annotated).toEqual({ box: { x0: 7, y0: 0, x1: 99, y1: 20 }, size });
    const [same] = truthInStoredPixels(written, size, 0, 'a.xml', () => 0).objects;
    expect(same!.annotated).toBeUndefined();
  });

  it('does not scale when the annotation has width and height swapped', () => {
    const written = annotation({ width: 50, height: 100 }, { x0: 60, y0: 10, x1: 90, y1: 40 });
    const truth = truthInStoredPixels(written, size, 0, 'a.xml', () => 0);
    expect(truth.annotatedSize).toEqual(size);
    expect(truth.objects[0]?.box).toEqual({ x0: 60, y0: 10, x1: 90, y1: 40 });
  });

  it.each([
    [{ x0: 30, y0: 0, x1: 20, y1: 5 }, /object 1: <xmax> is 20, less than <xmin> 30/],
    [{ x0: 0, y0: 8, x1: 20, y1: 5 }, /object 1: <ymax> is 5, less than <ymin> 8/],
    [
      { x0: 100, y0: 0, x1: 120, y1: 5 },
      /a\.xml: object 1: <bndbox> 100,0,120,5 lies outside the 100x50 image/,
    ],
  ])('refuses %o', (box, reason) => {
    const run = () => boxesOf(annotation(size, box), size, 0);
    expect(run).toThrow(DataError);
    expect(run).toThrow(reason);
  });

  it('keeps boxes inside the stored image, and the IoU between them', () => {
    const side = fc.integer({ min: 1, max: 600 });
    const sized = fc.record({ width: side, height: side });
    const span = fc.tuple(fc.nat(), fc.nat());
    const place = (length: number, [a, b]: readonly [number, number]) =>
      [a % length, b % length].sort((p, q) => p - q);
    const boxIn = (within: Size, xs: readonly [number, number], ys: readonly [number, number]): Box => {
      const [x0, x1] = place(within.width, xs);
      const [y0, y1] = place(within.height, ys);
      return { x0: x0!, y0: y0!, x1: x1!, y1: y1! };
    };
    fc.assert(
      fc.property(sized, sized, span, span, span, span, (annotated, stored, xa, ya, xb, yb) => {
        const first = boxIn(annotated, xa, ya);
        const second = boxIn(annotated, xb, yb);
        const swapped = annotated.width === stored.height && annotated.height === stored.width;
        fc.pre(!swapped);
        const [a, b] = boxesOf(annotation(annotated, first, second), stored, 0) as [Box, Box];
        expect(a.x0 >= 0 && a.y0 >= 0 && a.x1 <= stored.width - 1 && a.y1 <= stored.height - 1).toBe(true);
        expect(iou(a, b)).toBeCloseTo(iou(first, second), 6);
      }),
    );
  });
});
