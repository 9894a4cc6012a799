import type { Attribute } from '../onnx/graph.js';
import type { GraphBuilder } from './builder.js';
import { int, ints } from './operators/lowering.js';

/*
 * onnxruntime keeps chains of convolutions in a layout of its own, in blocks of 16 (or 8) channels. Sums, products and
 * rectifiers of two maps run in it; arithmetic with a constant does not, and costs two changes of layout. A depthwise
 * 1×1 convolution multiplies and adds a constant as well, and runs in it: 0.10 ns a value instead of 0.24, and no
 * change of layout at 0.2 to 0.4 ns (one core, AVX-512).
 */

/** Channels that fill the engine's blocks. */
const BLOCK = 16;

/** Whether depthwise convolutions of a map with these dims [C, H, W] keep to the engine's blocked layout. */
export function isBlocked(dims: readonly number[]): boolean {
  return dims.length === 3 && dims[0]! % BLOCK === 0;
}

/** factor · x + shift for a map x [N, C, H, W] of blocked channels. */
export function channelwise(b: GraphBuilder, x: string, channels: number, factor: number, shift = 0): string {
  const filled = (value: number, shape: readonly number[]) =>
    b.once(`filled ${value} ${shape.join()}`, () =>
      b.constant('float32', shape, new Float32Array(channels).fill(value)),
    );
  const inputs = [
    x,
    filled(factor, [channels, 1, 1, 1]),
    ...(shift === 0 ? [] : [filled(shift, [channels])]),
  ];
  return b.add('Conv', inputs, plainConv([1, 1], [1, 1], [1, 1], channels));
}

/** Attributes of an unpadded convolution. */
export function plainConv(
  kernel: readonly number[],
  strides: readonly number[] = [1, 1],
  dilations: readonly number[] = [1, 1],
  group = 1,
): Readonly<Record<string, Attribute>> {
  return {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([0, 0, 0, 0]),
    group: int(group),
  };
}

/** 2¹²⁶: times this, every positive normal float is at least 1. */
const HUGE = 2 ** 126;

/**
 * 1 where x > 0, else 0, for a computed value without a batch axis in `dims`: x · 2¹²⁶ cut to 0…1. A third of the time
 * that Sign takes (1.14 ns a value), a twelfth in the blocked layout.
 */
export function positive(b: GraphBuilder, x: string, dims: readonly number[]): string {
  const stretched = isBlocked(dims) ? channelwise(b, x, dims[0]!, HUGE) : b.add('Mul', [x, b.scalar(HUGE)]);
  // onnxruntime fuses this into the convolution before it.
  return b.add('Clip', [stretched, b.scalar(0), b.scalar(1)]);
}

/**
 * The same value, in the blocked layout: what a scatter, a split or a transposed convolution gives is not, and one such
 * operand keeps every sum and product behind it out of the layout. With more than one class these are not in it anyway.
 */
export function inBlocks(b: GraphBuilder, x: string, dims: readonly number[]): string {
  return b.k === 1 && isBlocked(dims) ? channelwise(b, x, dims[0]!, 1) : x;
}
