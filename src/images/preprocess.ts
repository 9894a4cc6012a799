import { ConfigError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { Interpolation } from './filters.js';
import type { InputGeometry } from './geometry.js';
import { greyOf } from './grey.js';
import { type PixelWindow, resizeImage } from './resize.js';
import type { RgbImage } from './rgb-image.js';

/** One number for each channel. */
export type Triple = readonly [number, number, number];

/** How a network wants its input; part of the model's description. */
export interface InputSpec extends Size {
  /**
   * `warp`: the whole image, aspect ratio not kept. `crop`: the short side resized to `cropFrom`, then the centre,
   * as torchvision's Resize and CenterCrop do. `short-side`: the whole image, aspect ratio kept, the short side resized to
   * `height` = `width` and the long side rounded down, as torchvision's Resize does.
   */
  readonly resize: 'warp' | 'crop' | 'short-side';
  /** Short side before the centre crop; by default round(256/224 · the longer side of the input). */
  readonly cropFrom?: number | undefined;
  /** Pillow's filter of that name; bilinear by default. */
  readonly interpolation?: Interpolation | undefined;
  /** Three colours by default; 1: the picture's grey levels, as Pillow's `convert('L')` makes them before it is resized. */
  readonly channels?: 1 | 3 | undefined;
  /** Order of the network's input channels; of no meaning with one. */
  readonly color: 'rgb' | 'bgr';
  /** Subtracted after scaling; in the order of the network's channels (so B, G, R for `bgr`). With one channel the first. */
  readonly mean: Triple;
  /** Divides at the end; in the order of the network's channels. With one channel the first. */
  readonly std: Triple;
  /** Multiplies the pixel (0..255) first, e.g. 1/255. */
  readonly scale: number;
}

/** Channels of the network's input. */
export function channelsOf({ channels }: Pick<InputSpec, 'channels'>): 1 | 3 {
  return channels ?? 3;
}

/**
 * What the network sees, as eight-bit RGB: the image resized and cropped, grey where the network has one channel.
 * @throws ConfigError when the crop is larger than what it is cut from
 */
export function inputPixels(image: RgbImage, spec: InputSpec): RgbImage {
  const { size, window } = placement(image, spec);
  return resizeImage(channelsOf(spec) === 1 ? greyOf(image) : image, size, spec.interpolation, window);
}

/**
 * Writes (pixel · scale − mean) / std as [channels,H,W] into `out`, starting at element `offset`.
 *
 * @param pixels as `inputPixels` returns them: for one channel they are grey
 * @throws RangeError when `out` is too short
 */
export function writeInput(pixels: RgbImage, spec: InputSpec, out: Float32Array, offset: number): void {
  const area = pixels.height * pixels.width;
  const channels = channelsOf(spec);
  if (offset < 0 || offset + channels * area > out.length)
    throw new RangeError('preprocess: the output is too short');
  for (let channel = 0; channel < channels; channel++) {
    const values = valueTable(spec, channel);
    const plane = offset + channel * area;
    let from = spec.color === 'rgb' ? channel : 2 - channel;
    for (let i = 0; i < area; i++, from += 3) out[plane + i] = values[pixels.data[from]!]!;
  }
}

/** How large the input of an image of this size is, and which part of the image it shows. */
export function inputGeometry(image: Size, spec: InputSpec): InputGeometry {
  const { size, window } = placement(image, spec);
  const acrossX = image.width / size.width;
  const acrossY = image.height / size.height;
  return {
    image: { width: image.width, height: image.height },
    input: { width: window.width, height: window.height },
    region: {
      x: window.left * acrossX,
      y: window.top * acrossY,
      width: window.width * acrossX,
      height: window.height * acrossY,
    },
  };
}

/** The size that the image is resized to, and the window of it that becomes the input. */
function placement(image: Size, spec: InputSpec): { readonly size: Size; readonly window: PixelWindow } {
  const { width, height } = spec;
  if (spec.resize === 'warp') return { size: { width, height }, window: { left: 0, top: 0, width, height } };
  if (spec.resize === 'short-side') {
    const size = shortSideTo(image, height);
    return { size, window: { left: 0, top: 0, ...size } };
  }
  const size = shortSideTo(image, cropSide(spec));
  // torchvision rounds the crop's margin half to even as Python does.
  const left = roundHalfToEven((size.width - width) / 2);
  const top = roundHalfToEven((size.height - height) / 2);
  return { size, window: { left, top, width, height } };
}

/**
 * The short side before the centre crop.
 * @throws ConfigError when the crop is larger than what it is cut from
 */
export function cropSide({ width, height, cropFrom }: InputSpec): number {
  const short = cropFrom ?? Math.round((Math.max(width, height) * 256) / 224);
  if (short >= Math.max(width, height)) return short;
  throw new ConfigError(
    `input: cropFrom is ${short}, smaller than the input of ${width}x${height}; raise cropFrom`,
  );
}

/** torchvision truncates the long side. */
function shortSideTo(image: Size, short: number): Size {
  return image.width <= image.height
    ? { width: short, height: Math.trunc((short * image.height) / image.width) }
    : { width: Math.trunc((short * image.width) / image.height), height: short };
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** What each of the 256 levels of a channel, in the network's order, becomes. */
export function valueTable(spec: InputSpec, channel: number): Float32Array {
  const mean = spec.mean[channel]!;
  const std = spec.std[channel]!;
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel * spec.scale - mean) / std);
}
