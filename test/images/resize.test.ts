import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeBilinear } from '../../src/images/resize.js';
import { digest, pattern } from './pattern.js';

// Golden values: Pillow 11.3, Image.fromarray(pattern).resize((w, h), Image.BILINEAR).
describe('resizeBilinear equals Pillow', () => {
  it('when it shrinks', () => {
    expect([...resizeBilinear(pattern(5, 4), { width: 3, height: 2 }).data]).toEqual([
      90, 124, 169, 170, 111, 157, 176, 143, 112, 112, 147, 106, 165, 121, 143, 141, 100, 106,
    ]);
  });

  it('when it enlarges', () => {
    expect([...resizeBilinear(pattern(3, 2), { width: 5, height: 4 }).data]).toEqual([
      0, 48, 158, 32, 54, 138, 79, 62, 107, 160, 104, 110, 214, 132, 112, 39, 38, 162, 62, 61, 133, 97, 94,
      90, 165, 123, 118, 211, 143, 137, 116, 17, 169, 122, 74, 124, 132, 157, 56, 176, 162, 135, 205, 165,
      187, 154, 7, 173, 152, 80, 119, 150, 189, 39, 181, 181, 143, 202, 176, 212,
    ]);
  });

  it('when one side shrinks and the other grows', () => {
    expect([...resizeBilinear(pattern(4, 3), { width: 3, height: 5 }).data]).toEqual([
      24, 52, 143, 147, 97, 110, 172, 44, 155, 81, 105, 122, 141, 137, 146, 173, 72, 179, 166, 185, 91, 131,
      198, 201, 174, 113, 214, 186, 200, 101, 132, 193, 191, 155, 89, 185, 199, 210, 107, 132, 190, 185, 143,
      73, 165,
    ]);
  });

  it.each([
    [500, 375, 224, 224, '0c2234fb71e3aa13'],
    [333, 500, 224, 224, '53af75037195f680'],
    [64, 48, 224, 224, '87a930a16a0e2f87'],
    [227, 227, 224, 224, '796afcbfa38d4f0e'],
    [1, 1, 3, 2, '3a90f4f34f4b177b'],
    [7, 300, 2, 5, '3dab533bd5a12fdb'],
    [300, 7, 299, 7, '0d65a1c43ddf654a'],
  ])('%d x %d to %d x %d', (width, height, toWidth, toHeight, expected) => {
    const resized = resizeBilinear(pattern(width, height), { width: toWidth, height: toHeight });
    expect(digest(resized.data)).toBe(expected);
  });
});

describe('resizeBilinear', () => {
  const side = fc.integer({ min: 1, max: 40 });

  it('returns the image itself at its own size', () => {
    const image = pattern(9, 7);
    expect(resizeBilinear(image, { width: 9, height: 7 }).data).toEqual(image.data);
  });

  it('leaves one colour as it is', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, width, height, value) => {
        const image = { data: new Uint8Array(w * h * 3).fill(value), width: w, height: h };
        expect(resizeBilinear(image, { width, height }).data.every((pixel) => pixel === value)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('computes a window to the same bytes as the whole', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(), fc.nat(), (w, h, width, height, a, b) => {
        const left = a % width;
        const top = b % height;
        const window = { left, top, width: width - left, height: height - top };
        const image = pattern(w, h);
        const whole = resizeBilinear(image, { width, height });
        const part = resizeBilinear(image, { width, height }, window);
        for (let y = 0; y < part.height; y++) {
          const from = ((y + top) * width + left) * 3;
          const row = part.data.subarray(y * part.width * 3, (y + 1) * part.width * 3);
          expect(row).toEqual(whole.data.subarray(from, from + row.length));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a window beyond the image', () => {
    const window = { left: 1, top: 0, width: 4, height: 4 };
    expect(() => resizeBilinear(pattern(4, 4), { width: 4, height: 4 }, window)).toThrow(RangeError);
  });
});
