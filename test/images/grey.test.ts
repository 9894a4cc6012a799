import { describe, expect, it } from 'vitest';
import { greyOf } from '../../src/images/grey.js';
import { pixelScale, pixelsOf } from '../../src/images/pixel-scale.js';
import { channelsOf, type InputSpec, inputPixels } from '../../src/images/preprocess.js';
import type { RgbImage } from '../../src/images/rgb-image.js';
import { digest, pattern } from './pattern.js';
import { preprocess } from './preprocess.js';

/* Golden values: Pillow 13.0, Image.fromarray(pattern).convert('L'), then resize((w, h), Image.BILINEAR). */

const GREY: InputSpec = {
  ...{ width: 28, height: 28, resize: 'warp', channels: 1, color: 'rgb' },
  ...{ mean: [0, 0, 0], std: [1, 1, 1], scale: 1 },
};

/** One of the three equal planes. */
function plane({ data }: RgbImage): Uint8Array {
  expect(data.every((value, i) => value === data[i - (i % 3)])).toBe(true);
  return data.filter((_, i) => i % 3 === 0);
}

describe('greyOf equals Pillow’s convert("L")', () => {
  it('on a small picture', () => {
    expect([...plane(greyOf(pattern(4, 2)))]).toEqual([46, 72, 154, 70, 160, 188, 168, 132]);
  });

  it('on a larger one', () => {
    expect(digest(plane(greyOf(pattern(64, 48))))).toBe('123e4d886f238f3d');
  });

  it('on a lattice of all colours', () => {
    const steps = Array.from({ length: 52 }, (_, i) => 5 * i);
    const colors = steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b])));
    const image = { data: Uint8Array.from(colors), width: 52, height: 2704 };
    expect(digest(plane(greyOf(image)))).toBe('b3226cf294959434');
  });

  it('leaves grey as it is', () => {
    const data = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
    expect(greyOf({ data, width: 256, height: 1 }).data).toEqual(data);
  });
});

describe('a network of one channel', () => {
  it.each([
    [28, 28, '0ae0051884c830a4'],
    [90, 70, '61a766cf8569c035'],
  ])('sees what Pillow resizes the grey image to: %d x %d', (width, height, expected) => {
    const spec = { ...GREY, width, height };
    expect(digest(plane(inputPixels(pattern(64, 48), spec)))).toBe(expected);
    const out = new Float32Array(width * height);
    preprocess(pattern(64, 48), spec, out, 0);
    expect(digest(Uint8Array.from(out))).toBe(expected);
  });

  it('is given one plane, at the offset and nowhere else, by the first mean and std', () => {
    const spec: InputSpec = {
      ...{ ...GREY, width: 2, height: 1, scale: 1 / 255 },
      ...{ mean: [0.5, 9, 9], std: [0.25, 9, 9] },
    };
    const image = { data: Uint8Array.of(255, 255, 255, 0, 0, 0), width: 2, height: 1 };
    const out = new Float32Array(5).fill(-7);
    preprocess(image, spec, out, 2);
    expect([...out]).toEqual([-7, -7, 2, -2, -7]);
    expect(() => preprocess(image, spec, new Float32Array(3), 2)).toThrow(RangeError);
  });

  it('is undone to grey pixels', () => {
    const spec = {
      ...GREY,
      mean: [0.5, 0.5, 0.5] as const,
      std: [0.25, 0.25, 0.25] as const,
      scale: 1 / 255,
    };
    const out = new Float32Array(28 * 28);
    preprocess(pattern(64, 48), spec, out, 0);
    expect(pixelsOf(out, spec, pixelScale(spec))).toEqual(inputPixels(pattern(64, 48), spec));
  });

  it('is asked for: three are the default', () => {
    expect(channelsOf({})).toBe(3);
    expect(channelsOf(GREY)).toBe(1);
  });
});
