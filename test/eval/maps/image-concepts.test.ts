import { describe, expect, it } from 'vitest';
import { conceptNames, conceptsOf } from '../../../src/eval/maps/image-concepts.js';

type Rgb = readonly [number, number, number];

const classes = ['cat, domestic', 'dog', 'bird'].map((name) => ({ id: name, name }));
const names = conceptNames(classes);
const RED: Rgb = [220, 20, 30];
const GREEN: Rgb = [40, 160, 60];
const BLUE: Rgb = [90, 140, 230];

/** A 6 × 6 image, which the network sees as it is: green, its left third red. */
const size = { width: 6, height: 6 };
const geometry = { image: size, input: size, region: { x: 0, y: 0, ...size } };
function pixelsOf(color: (x: number, y: number) => Rgb) {
  const image = { ...size, data: new Uint8Array(108) };
  for (let i = 0; i < 36; i++) image.data.set(color(i % 6, Math.floor(i / 6)), 3 * i);
  return image;
}
const object = (classIndex: number, box: readonly [number, number, number, number]) => ({
  className: classes[classIndex]!.id,
  classIndex,
  box: { x0: box[0], y0: box[1], x1: box[2], y1: box[3] },
  ...{ difficult: false, truncated: false, occluded: false },
});
const truth = (objects: readonly ReturnType<typeof object>[], labels = [0]) => ({
  ...{ id: 'one', imagePath: 'one.png', labels, objects, size, annotatedSize: size, blacklisted: false },
});
const said = (...given: Parameters<typeof conceptsOf>) => conceptsOf(...given).map((index) => names[index]);

/** How the only pixel of a picture without objects is called. */
function colorName(...color: Rgb): string {
  const one = { width: 1, height: 1 };
  const dot = { image: one, input: one, region: { x: 0, y: 0, ...one } };
  const pixel = { ...one, data: Uint8Array.from(color) };
  const all = said(truth([], []), undefined, pixel, dot, 3);
  return all.join().replace(/ background$/, '');
}

describe('colorName', () => {
  it.each([
    ['black', [0, 0, 0]],
    ['black', [40, 10, 0]],
    ['black', [80, 80, 80]],
    ['grey', [120, 125, 118]],
    ['white', [255, 250, 245]],
    ['red', RED],
    ['red', [230, 60, 110]],
    ['yellow', [250, 210, 40]],
    ['yellow', [240, 150, 40]],
    ['green', GREEN],
    ['blue', BLUE],
    ['blue', [60, 200, 210]],
    ['purple', [150, 60, 190]],
    ['purple', [230, 60, 200]],
  ] as const)('%s is %j', (name, [red, green, blue]) => {
    expect(colorName(red, green, blue)).toBe(name);
  });
});

describe('conceptsOf', () => {
  const pixels = pixelsOf((x) => (x < 2 ? RED : GREEN));
  const mask = { ...size, data: Uint8Array.from({ length: 36 }, (_, i) => (i % 6 < 2 ? 1 : 0)) };

  it('says where the largest object is, how large, and what is red and what is green', () => {
    const objects = [object(0, [0, 0, 1, 5]), object(1, [5, 5, 5, 5])];
    expect(said(truth(objects), mask, pixels, geometry, 3)).toEqual([
      ...['cat', 'dog', 'object left', 'large object', 'red object', 'green background'],
    ]);
  });

  it('knows corners and small things', () => {
    expect(said(truth([object(2, [4, 5, 5, 5])], [2]), undefined, pixels, geometry, 3)).toEqual([
      ...['bird', 'object right', 'object bottom', 'small object', 'green background'],
    ]);
  });

  it('takes pixels outside all boxes for background where there is no mask', () => {
    const objects = [object(0, [2, 0, 5, 5])];
    expect(said(truth(objects), undefined, pixels, geometry, 3)).toContain('red background');
  });

  it('counts neither void nor other objects of the mask', () => {
    const blue = pixelsOf((x, y) => (y === 5 ? BLUE : x < 4 ? RED : GREEN));
    // Void on all red pixels, class 1 on all green ones: only the blue row is background.
    const other = {
      ...size,
      data: Uint8Array.from({ length: 36 }, (_, i) => (i >= 30 ? 0 : i % 6 < 4 ? 255 : 2)),
    };
    expect(said(truth([object(0, [0, 0, 5, 5])]), other, blue, geometry, 3)).toEqual([
      ...['cat', 'large object', 'blue background'],
    ]);
  });

  it('looks only at what the input shows', () => {
    // The right half of a 12 × 6 image: the mask's object stands at its columns 6 and 7.
    const image = { width: 12, height: 6 };
    const right = { image, input: size, region: { x: 6, y: 0, ...size } };
    const wide = {
      ...image,
      data: Uint8Array.from({ length: 72 }, (_, i) => (i % 12 === 6 || i % 12 === 7 ? 1 : 0)),
    };
    const own = { ...truth([object(0, [6, 0, 7, 5])]), size: image };
    expect(said(own, wide, pixels, right, 3)).toEqual(['cat', 'red object', 'green background']);
  });

  it('has only colours and labels without boxes', () => {
    expect(said(truth([]), undefined, pixels, geometry, 3)).toEqual(['cat', 'green background']);
  });
});
