import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError, messageOf } from '../base/errors.js';
import type { InputKeys } from './presets.js';

/** `pretrained_cfg` of timm's config.json, as its exports and the models on its hub have it. */
const pretrained = z.looseObject({
  input_size: z.tuple([z.int(), z.int().min(1), z.int().min(1)]),
  mean: z.array(z.number()).min(1),
  std: z.array(z.number()).min(1),
  interpolation: z.string().default('bilinear'),
  crop_pct: z.number().gt(0).max(1).default(0.875),
  crop_mode: z.string().default('center'),
});
const configFile = z.union([
  z.looseObject({ pretrained_cfg: pretrained }).transform((file) => file.pretrained_cfg),
  pretrained,
]);

const MOST_BYTES = 2 ** 24;

/** Where a model's timm configuration may lie: named like it, or as the hub has it. */
function candidates(model: string): readonly string[] {
  return [`${model.replace(/\.onnx$/, '')}.config.json`, join(dirname(model), 'config.json')];
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${path}: not timm's config.json: ${messageOf(error)}`);
  }
}

/**
 * The preprocessing that timm's configuration beside a model states: pixels in 0…1, mean, std, the short side scaled to
 * floor(size / crop_pct), then the centre.
 * @param model path of the ONNX file
 * @throws ConfigError when there is no such file, when it states none, or one that is not computed here
 */
export function timmInput(model: string): { readonly input: InputKeys; readonly file: string } {
  const small = (path: string) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= MOST_BYTES;
  };
  const file = candidates(model).find(small);
  if (file === undefined) {
    throw new ConfigError(
      `preset timm: its numbers differ from model to model and are read from ${candidates(model).join(' or ')}: put timm's config.json there`,
    );
  }
  const parsed = configFile.safeParse(read(file));
  if (!parsed.success) {
    throw new ConfigError(
      `${file}: not timm's config.json: it needs pretrained_cfg with input_size, mean, std`,
    );
  }
  const { input_size, mean, std, interpolation, crop_pct, crop_mode } = parsed.data;
  const [, height, width] = input_size;
  if (interpolation !== 'bilinear' && interpolation !== 'bicubic') {
    throw new ConfigError(
      `${file}: interpolation is ${interpolation}; bilinear and bicubic are computed here: give --mean, --std and the rest as flags`,
    );
  }
  if (crop_mode !== 'center' && !(crop_mode === 'squash' && crop_pct === 1)) {
    throw new ConfigError(
      `${file}: crop_mode is ${crop_mode}; center is computed here, and squash without a crop`,
    );
  }
  const place =
    crop_mode === 'squash'
      ? { resize: 'warp' }
      : { resize: 'crop', short_side: Math.floor(Math.max(height, width) / crop_pct) };
  const input = { size: [height, width], ...place, interpolation, color: 'rgb', scale: '1/255', mean, std };
  return { input, file };
}
