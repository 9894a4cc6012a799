import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeBilinear, resizeImage } from '../../src/images/resize.js';
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

type Case = readonly [width: number, height: number, toWidth: number, toHeight: number, sha: string];
const [PILLOW_12, PILLOW_13] = readFileSync(new URL('../golden/resize.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly pillow: string; readonly cases: readonly Case[] });

describe('of Pillow’s orders of the passes', () => {
  const digestOf = ([width, height, toWidth, toHeight]: Case) =>
    digest(resizeBilinear(pattern(width, height), { width: toWidth, height: toHeight }).data);

  it('the one of all versions up to 12.3 is taken, tall pictures included', () => {
    expect(PILLOW_12!.pillow).toBe('12.3.0');
    for (const one of PILLOW_12!.cases) expect([...one.slice(0, 4), digestOf(one)]).toEqual(one);
  });

  it('the one of 13.0 gives the same pixels but for some tall pictures: those that docs/measurements/datasets.md names', () => {
    expect(PILLOW_13!.pillow).toBe('13.0.0');
    const different = PILLOW_13!.cases.filter((one) => digestOf(one) !== one[4]);
    const isTall = ([width, height, toWidth, toHeight]: Case) =>
      height > toHeight && height - toHeight > 2 * (width - toWidth);
    expect(different.every(isTall)).toBe(true);
    expect(different.length).toBeGreaterThan(5);
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

describe('bicubic', () => {
  const grey = (values: readonly number[]) => ({
    data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
    width: values.length,
    height: 1,
  });
  const shrunk = (values: readonly number[]) =>
    resizeImage(grey(values), { width: 2, height: 1 }, 'bicubic').data[0];

  it('has the weights of Keys’ cubic with a = −0.5 when four pixels become two', () => {
    // Distances 0.25, 0.25, 0.75, 1.25 of the first result: 0.8671875, twice, 0.2265625, −0.0703125; their sum 1.890625.
    expect(shrunk([100, 100, 100, 0])).toBe(104);
    expect(shrunk([0, 100, 200, 50])).toBe(68);
    // Less than nothing is nothing.
    expect(shrunk([0, 0, 0, 255])).toBe(0);
  });

  it('leaves a picture of its own size, and one colour, alone', () => {
    const image = grey([3, 200, 17, 90, 255, 0, 64]);
    expect(resizeImage(image, { width: 7, height: 1 }, 'bicubic').data).toEqual(image.data);
    const flat = resizeImage(grey(Array(9).fill(77)), { width: 23, height: 4 }, 'bicubic').data;
    expect(new Set(flat)).toEqual(new Set([77]));
  });

  it('enlarges by the same weights, written out or not', () => {
    const values = Array.from({ length: 40 }, (_, i) => (i * 97) % 256);
    const { data } = resizeImage(grey(values), { width: 100, height: 1 }, 'bicubic');
    const cubic = (x: number) => {
      if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
      return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
    };
    for (let i = 0; i < 100; i++) {
      const center = (i + 0.5) * 0.4;
      const weights = values.map((_, k) => cubic(Math.abs(k + 0.5 - center)));
      const sum = weights.reduce((a, b) => a + b, 0);
      const value = weights.reduce((a, weight, k) => a + (weight * values[k]!) / sum, 0);
      expect(Math.abs(data[3 * i]! - Math.min(255, Math.max(0, value)))).toBeLessThan(1);
    }
  });
});
