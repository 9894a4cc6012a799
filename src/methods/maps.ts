import { ModelError } from '../base/errors.js';
import type { GraphBuilder } from '../graph/builder.js';
import { plainConv } from '../graph/channelwise.js';
import type { MethodMap } from './method.js';

/** Channels, height and width of a convolutional layer. Throws ModelError for a value of another rank. */
export function activationOf(
  b: GraphBuilder,
  layer: string,
): { readonly channels: number; readonly height: number; readonly width: number } {
  const { dims } = b.type(layer);
  const [channels, height, width] = dims;
  if (dims.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new ModelError(
      `layer \`${layer}\` is [N,${dims.join(',')}], not [N,C,H,W]: name a convolutional layer`,
    );
  }
  return { channels, height, width };
}

/** Σ_c w_c A_c for weights [N, k, C] and activations A [N, C, H, W]: one product of matrices, [N, k, H·W]. */
export function weightedSum(b: GraphBuilder, weights: string, layer: string): string {
  const { channels, height, width } = activationOf(b, layer);
  const flat = b.once(`flat ${layer}`, () => b.reshape(layer, [-1, channels, height * width]));
  return b.add('MatMul', [weights, flat]);
}

/** Mean over the positions of a backward value [N·k, C, H, W]: [N, k, C]. */
export function channelMean(b: GraphBuilder, value: string, layer: string): string {
  return b.reshape(b.add('GlobalAveragePool', [value]), [-1, b.k, activationOf(b, layer).channels]);
}

/**
 * ReLU(Σ_c v_c) of a backward value [N·k, C, H, W]. A convolution adds them in the same order for any number of rows;
 * onnxruntime's ReduceSum takes another order for a single row, and a map's last bits would depend on the batch.
 */
export function rectifiedSum(b: GraphBuilder, value: string, layer: string): MethodMap {
  const { channels, height, width } = activationOf(b, layer);
  const ones = b.once(`ones ${channels}`, () =>
    b.constant('float32', [1, channels, 1, 1], new Float32Array(channels).fill(1)),
  );
  const sum = b.add('Conv', [value, ones], plainConv([1, 1]));
  return perClass(b, b.add('Relu', [sum]), height, width);
}

/** 1/x where x is not 0, else 0. */
export function inverseOrZero(b: GraphBuilder, x: string): string {
  const isZero = b.add('Equal', [x, b.scalar(0)]);
  return b.add('Where', [isZero, b.scalar(0), b.add('Reciprocal', [x])]);
}

/** Σ over the positions of the layer's activations, [N, C, 1, 1]. */
export function channelTotal(b: GraphBuilder, layer: string): string {
  return b.once(`total ${layer}`, () => b.add('ReduceSum', [layer, b.ints([2, 3])]));
}

/** A backward value [N·k, C, H, W] times a number per image and channel, [N, C, 1, 1]. */
export function timesChannels(b: GraphBuilder, value: string, factors: string, layer: string): string {
  const { channels, height, width } = activationOf(b, layer);
  if (b.k === 1) return b.add('Mul', [value, factors]);
  const wide = b.reshape(value, [-1, b.k, channels, height * width]);
  const product = b.add('Mul', [wide, b.reshape(factors, [-1, 1, channels, 1])]);
  return b.reshape(product, [-1, channels, height, width]);
}

/** [N, k, H·W] or [N·k, H, W] → the form that every method returns, [N, k, H, W]. */
export function perClass(b: GraphBuilder, map: string, height: number, width: number): MethodMap {
  return { map: b.reshape(map, [-1, b.k, height, width]), height, width };
}
