import { ConfigError } from '../base/errors.js';
import type { InputConfig, NetworkConfig } from '../config/schema.js';
import type { InputSpec } from '../images/preprocess.js';

/**
 * The configuration's `input` section in the terms of the preprocessing.
 *
 * @param channels of the network's input: with 1 it sees the grey levels
 * @throws ConfigError for sizes that do not go together, and for a grey network with numbers for three colours
 */
export function inputSpec(
  { size, short_side, interpolation, resize, color, mean, std, scale }: InputConfig,
  channels: 1 | 3 = 3,
): InputSpec {
  const longest = Math.max(size.height, size.width);
  if (short_side !== undefined && short_side < longest) {
    throw new ConfigError(
      `input.short_side is ${short_side}, smaller than the size ${longest} that is cropped from it; raise it`,
    );
  }
  if (resize === 'short-side' && (size.height !== size.width || short_side !== undefined)) {
    throw new ConfigError('input.resize: short-side takes one number as input.size, and no short_side');
  }
  const filter = interpolation === undefined ? {} : { interpolation };
  return withChannels(
    { ...size, resize, color, mean, std, scale, cropFrom: short_side, ...filter },
    channels,
  );
}

/** What a network's maps cover, as an input: maps of the whole image lie over the image warped to the input's size. */
export function coveredInput({ maps, model: { input } }: Pick<NetworkConfig, 'maps' | 'model'>): InputConfig {
  if (maps?.frame !== 'image') return input;
  const { short_side: _cropped, ...rest } = input;
  return { ...rest, resize: 'warp' };
}

/** The preprocessing for a network that has so many channels. @throws ConfigError for numbers for three colours where it sees grey */
export function withChannels(spec: InputSpec, channels: 1 | 3): InputSpec {
  if (channels === 1) {
    checkGrey('mean', spec.mean);
    checkGrey('std', spec.std);
    if (spec.color === 'bgr')
      throw new ConfigError('input.color is bgr, but the network sees grey levels; leave it out');
  }
  return { ...spec, channels };
}

/** One number in the configuration stands here three times. */
function checkGrey(key: 'mean' | 'std', values: readonly number[]): void {
  if (values.every((value) => value === values[0])) return;
  throw new ConfigError(
    `input.${key} is [${values.join(', ')}], but the network sees grey levels, one channel; give one number`,
  );
}
