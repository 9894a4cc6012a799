import type { InputConfig } from '../config/schema.js';
import { ConfigError } from '../errors.js';
import type { InputSpec } from '../images/preprocess.js';

/** The configuration's `input` section in the terms of the preprocessing. @throws ConfigError for sizes that do not go together */
export function inputSpec({ size, short_side, resize, color, mean, std, scale }: InputConfig): InputSpec {
  const longest = Math.max(size.height, size.width);
  if (short_side !== undefined && short_side < longest) {
    throw new ConfigError(
      `input.short_side is ${short_side}, smaller than the size ${longest} that is cropped from it; raise it`,
    );
  }
  if (resize === 'short-side' && (size.height !== size.width || short_side !== undefined)) {
    throw new ConfigError('input.resize: short-side takes one number as input.size, and no short_side');
  }
  return { ...size, resize, color, mean, std, scale, cropFrom: short_side };
}
