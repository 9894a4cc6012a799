import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overridden } from '../../src/cards/expected.js';
import { layered } from '../../src/cards/layered.js';
import { PRESETS, type PresetName, presetInput } from '../../src/cards/presets.js';
import { parseInput } from '../../src/config/load.js';
import { inputPixels } from '../../src/images/preprocess.js';
import { inputSpec } from '../../src/run/input-spec.js';
import { preprocess } from '../images/preprocess.js';

/** The preset's input of a picture of one colour, red 255, green 102, blue 0: one number a channel. */
function valuesOf(preset: PresetName, model = 'x.onnx'): readonly number[] {
  const { input } = overridden(layered([]), model, [{ from: 'flags', preset, input: { size: 2 } }]);
  const spec = inputSpec(parseInput({ ...input }));
  const data = new Uint8Array(2 * 2 * 3);
  for (let i = 0; i < data.length; i += 3) data.set([255, 102, 0], i);
  const out = new Float32Array(3 * 2 * 2);
  preprocess({ data, width: 2, height: 2 }, spec, out, 0);
  expect([...out.subarray(0, 4)]).toEqual(Array(4).fill(out[0]));
  return [out[0]!, out[4]!, out[8]!];
}

const timm = {
  architecture: 'some_net',
  pretrained_cfg: {
    input_size: [3, 20, 20],
    interpolation: 'bicubic',
    crop_pct: 0.95,
    mean: [0.5, 0.4, 0.25],
    std: [0.5, 0.2, 0.25],
  },
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'presets-'));
  await writeFile(join(folder, 'config.json'), JSON.stringify(timm));
});
afterAll(() => rm(folder, { recursive: true }));

// Red 255 is 1 in 0…1, green 102 is 0.4, blue 0 is 0.
const worked: Readonly<Record<PresetName, readonly [number, number, number]>> = {
  // (1 − 0.485) / 0.229, (0.4 − 0.456) / 0.224, −0.406 / 0.225
  torchvision: [2.24891, -0.25, -1.80444],
  // 255 / 127.5 − 1, 102 / 127.5 − 1, −1
  'keras-tf': [1, -0.2, -1],
  // Blue first: 0 − 103.939, 102 − 116.779, 255 − 123.68
  'keras-caffe': [-103.939, -14.779, 131.32],
  'keras-torch': [2.24891, -0.25, -1.80444],
  // Blue first: 0 − 104, 102 − 117, 255 − 123
  'caffe-bgr': [-104, -15, 132],
  'tf-slim': [1, -0.2, -1],
  // (1 − 0.5) / 0.5, (0.4 − 0.4) / 0.2, −0.25 / 0.25
  timm: [1, 0, -1],
  // (1 − 0.48145466) / 0.26862954, (0.4 − 0.4578275) / 0.26130258, −0.40821073 / 0.27577711
  clip: [1.93034, -0.22131, -1.48022],
  'zero-one': [1, 0.4, 0],
  raw: [255, 102, 0],
};

describe('presets', () => {
  it('replace what lies below them but for the size: no other crop and no other interpolation stays', () => {
    const clip = {
      size: 224,
      resize: 'crop',
      short_side: 224,
      interpolation: 'bicubic',
      mean: 0.4,
      std: 0.2,
    };
    const base = layered([{ from: 'card', input: clip }]);
    const over = (preset: PresetName) => overridden(base, 'x.onnx', [{ preset, from: 'flags' }]);
    for (const preset of ['torchvision', 'keras-tf', 'tf-slim', 'zero-one', 'raw'] as const) {
      const { input, from } = over(preset);
      expect(input).toEqual({ size: 224, ...presetInput(preset, 224) });
      expect(from.get('size')).toBe('card');
    }
  });

  it.each(PRESETS)('%s has the values that were worked out by hand', (preset) => {
    const values = valuesOf(preset, join(folder, 'x.onnx'));
    for (const [i, value] of worked[preset].entries()) expect(values[i]).toBeCloseTo(value, 4);
  });

  const inputOf = (preset: PresetName, size: unknown, model = 'x.onnx') =>
    overridden(layered([]), model, [{ from: 'flags', preset, input: { size } }]).input;

  it('cut the centre as their frameworks do', () => {
    expect(inputSpec(parseInput({ ...inputOf('torchvision', 224) })).cropFrom).toBeUndefined();
    // The default short side of a crop is 256 for 224, and 224 / 0.875 is 256, too.
    expect(inputOf('tf-slim', 224)).not.toHaveProperty('short_side');
    expect(inputOf('clip', 336)).toMatchObject({ short_side: 336, interpolation: 'bicubic', resize: 'crop' });
    for (const whole of ['keras-tf', 'keras-caffe', 'keras-torch', 'caffe-bgr', 'zero-one', 'raw'] as const)
      expect(inputOf(whole, 224).resize).toBe('warp');
  });

  it('timm has the size, the crop and the filter of the file beside the model', () => {
    const model = join(folder, 'x.onnx');
    const { input, from } = overridden(layered([]), model, [{ from: 'flags', preset: 'timm' }]);
    // floor(20 / 0.95) = 21
    expect(input).toMatchObject({ size: [20, 20], short_side: 21, interpolation: 'bicubic' });
    expect(from.get('mean')).toBe(`preset timm, ${join(folder, 'config.json')}`);
    const spec = inputSpec(parseInput({ ...input }));
    const image = { data: new Uint8Array(30 * 40 * 3), width: 40, height: 30 };
    expect(inputPixels(image, spec)).toMatchObject({ width: 20, height: 20 });
  });

  it.each([
    [{ pretrained_cfg: { mean: [0], std: [1] } }, /it needs pretrained_cfg with input_size, mean, std$/],
    [
      { pretrained_cfg: { ...timm.pretrained_cfg, interpolation: 'lanczos' } },
      /interpolation is lanczos; bilinear and bicubic are computed here/,
    ],
    [{ pretrained_cfg: { ...timm.pretrained_cfg, crop_mode: 'border' } }, /crop_mode is border; center is/],
  ])('timm refuses %j', async (file, message) => {
    const own = join(folder, 'own.config.json');
    await writeFile(own, JSON.stringify(file));
    expect(() => valuesOf('timm', join(folder, 'own.onnx'))).toThrow(message);
  });

  it('timm says where it looks', () => {
    expect(() => valuesOf('timm', '/nowhere/x.onnx')).toThrow(
      /^preset timm: .* read from \/nowhere\/x\.config\.json or \/nowhere\/config\.json: put timm's config\.json there$/,
    );
  });
});
