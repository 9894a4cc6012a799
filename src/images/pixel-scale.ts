import type { Size } from '../base/size.js';
import type { InputSpec } from './preprocess.js';
import type { RgbImage } from './rgb-image.js';

type Triple = readonly [number, number, number];

/** How a pixel of 0…255 becomes a network's input: black + gain · pixel, channel by channel in the network's order. */
export interface PixelScale {
  /** Order of the input's channels. */
  readonly color: 'rgb' | 'bgr';
  /** Input units per pixel unit: scale / std. */
  readonly gain: Triple;
  /** The input's value of pixel 0: −mean / std. */
  readonly black: Triple;
}

/** The scale of a network's preprocessing. */
export function pixelScale({
  color,
  mean,
  std,
  scale,
}: Pick<InputSpec, 'color' | 'mean' | 'std' | 'scale'>): PixelScale {
  const each = (of: (channel: 0 | 1 | 2) => number): Triple => [of(0), of(1), of(2)];
  return { color, gain: each((c) => scale / std[c]), black: each((c) => -mean[c] / std[c]) };
}

/**
 * A network's input as eight-bit RGB: the inverse of the preprocessing, rounded and clipped to what a pixel can be.
 * @param input [3, height, width], or [1, height, width] of a network that sees grey
 */
export function pixelsOf(
  input: Float32Array,
  { width, height }: Size,
  { color, gain, black }: PixelScale,
): RgbImage {
  const area = width * height;
  const data = new Uint8Array(3 * area);
  const grey = input.length === area;
  for (let channel = 0; channel < 3; channel++) {
    const to = color === 'rgb' ? channel : 2 - channel;
    const from = grey ? 0 : channel;
    for (let i = 0; i < area; i++) {
      const pixel = (input[from * area + i]! - black[from]!) / gain[from]!;
      data[3 * i + to] = Math.min(255, Math.max(0, Math.round(pixel)));
    }
  }
  return { data, width, height };
}
