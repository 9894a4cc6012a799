import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/base/errors.js';
import { type InputSpec, inputGeometry } from '../../src/images/preprocess.js';
import type { RgbImage } from '../../src/images/rgb-image.js';
import { GREY_JPEG } from './golden-jpegs.js';
import { digest, pattern } from './pattern.js';
import { decodeInto, preprocess } from './preprocess.js';
import { temporaryFolder } from './temporary-folder.js';

const PLAIN: InputSpec = {
  height: 4,
  width: 4,
  resize: 'warp',
  color: 'rgb',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  scale: 1,
};

function inputOf(image: RgbImage, spec: InputSpec): Float32Array {
  const out = new Float32Array(3 * spec.height * spec.width);
  preprocess(image, spec, out, 0);
  return out;
}

/** [3,H,W] floats back to [H,W,3] bytes. */
function interleaved(input: Float32Array): Uint8Array {
  const area = input.length / 3;
  return Uint8Array.from({ length: input.length }, (_, i) => input[(i % 3) * area + Math.floor(i / 3)]!);
}

describe('preprocess', () => {
  const pixel: RgbImage = { data: Uint8Array.of(10, 20, 30), width: 1, height: 1 };

  it('scales, then subtracts the mean, then divides', () => {
    const spec: InputSpec = { ...PLAIN, height: 1, width: 1, scale: 0.5, mean: [1, 2, 3], std: [2, 4, 8] };
    expect([...inputOf(pixel, spec)]).toEqual([(5 - 1) / 2, (10 - 2) / 4, (15 - 3) / 8]);
  });

  it('takes mean and std in the order of the channels of the network', () => {
    const spec: InputSpec = { ...PLAIN, height: 1, width: 1, color: 'bgr', mean: [1, 2, 3], std: [1, 2, 9] };
    expect([...inputOf(pixel, spec)]).toEqual([30 - 1, (20 - 2) / 2, Math.fround((10 - 3) / 9)]);
  });

  it('writes channel after channel, at the offset and nowhere else', () => {
    const image = pattern(2, 1);
    const out = new Float32Array(10).fill(-1);
    preprocess(image, { ...PLAIN, height: 1, width: 2 }, out, 2);
    const [r0, g0, b0, r1, g1, b1] = image.data;
    expect([...out]).toEqual([-1, -1, r0, r1, g0, g1, b0, b1, -1, -1]);
  });

  it('refuses an output that is too short', () => {
    expect(() => preprocess(pixel, PLAIN, new Float32Array(48), 1)).toThrow(RangeError);
  });

  // Golden values: torchvision 0.29, Resize(cropFrom) and CenterCrop(side), with Pillow 11.3.
  it.each([
    [50, 37, 32, 28, '56f50029a2c7f042'],
    [37, 51, 32, 27, '396001d264d99d7e'],
    [40, 40, 32, 28, '90f3be127d507c82'],
  ])(
    'crops %d x %d (short side to %d, centre %d) as torchvision does',
    (width, height, cropFrom, side, expected) => {
      const spec: InputSpec = { ...PLAIN, resize: 'crop', cropFrom, width: side, height: side };
      expect(digest(interleaved(inputOf(pattern(width, height), spec)))).toBe(expected);
    },
  );

  it('normalises as torchvision does', () => {
    const spec: InputSpec = {
      height: 28,
      width: 28,
      resize: 'crop',
      color: 'rgb',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      scale: 1 / 255,
    };
    const input = inputOf(pattern(50, 37), spec);
    expect(input[0]).toBeCloseTo(-0.4568028450012207, 6);
    expect(input[28 * 28 + 10 * 28 + 20]).toBeCloseTo(1.2731093168258667, 6);
    expect(input[3 * 28 * 28 - 1]).toBeCloseTo(-0.5495423674583435, 6);
  });

  it('refuses a crop larger than what it is cut from', () => {
    const spec: InputSpec = { ...PLAIN, resize: 'crop', cropFrom: 3 };
    expect(() => inputOf(pattern(9, 9), spec)).toThrow(ConfigError);
  });

  it('survives an image a hundred thousand times as wide as high', () => {
    const image = pattern(100_000, 1);
    expect(inputOf(image, { ...PLAIN, resize: 'crop', width: 224, height: 224 })).toHaveLength(3 * 224 * 224);
  });
});

describe('inputGeometry', () => {
  it('is the whole image when warped', () => {
    expect(inputGeometry({ width: 500, height: 375 }, PLAIN)).toEqual({
      image: { width: 500, height: 375 },
      input: { width: 4, height: 4 },
      region: { x: 0, y: 0, width: 500, height: 375 },
    });
  });

  it('is the centre square when cropped: 400 x 200 to 512 x 256, of which columns 144 to 367', () => {
    const spec: InputSpec = { ...PLAIN, resize: 'crop', width: 224, height: 224 };
    const { region } = inputGeometry({ width: 400, height: 200 }, spec);
    expect(region).toEqual({ x: 112.5, y: 12.5, width: 175, height: 175 });
  });
});

describe('short-side', () => {
  const spec: InputSpec = { ...PLAIN, resize: 'short-side', width: 224, height: 224 };

  it.each([
    [500, 375, 298, 224],
    [375, 500, 224, 298],
    [500, 333, 336, 224],
    [300, 300, 224, 224],
    [640, 427, 335, 224],
  ])('keeps the aspect of %d x %d: the long side is rounded down', (width, height, wide, high) => {
    expect(inputGeometry({ width, height }, spec)).toEqual({
      image: { width, height },
      input: { width: wide, height: high },
      region: { x: 0, y: 0, width, height },
    });
  });

  it('shows the whole image, as warping to that size does', () => {
    const image = pattern(31, 20);
    const small = { ...PLAIN, resize: 'short-side' as const };
    const out = new Float32Array(3 * 4 * 6);
    preprocess(image, small, out, 0);
    expect(out).toEqual(inputOf(image, { ...PLAIN, width: 6 }));
  });
});

describe('decodeInto', () => {
  it('reads, preprocesses and says what the input shows', async () => {
    const path = join(await temporaryFolder(), 'grey.jpg');
    await writeFile(path, Buffer.from(GREY_JPEG, 'base64'));
    const out = new Float32Array(48);
    const geometry = await decodeInto(path, PLAIN, out, 0);
    expect(geometry.image).toEqual({ width: 16, height: 16 });
    expect(out.slice(0, 16)).toEqual(out.slice(32));
    expect(out[15]).toBeGreaterThan(0);
  });
});
