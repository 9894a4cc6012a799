import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { intOf, intsOf } from '../../../onnx/graph.js';
import { input, type Kernel, type KernelContext, type KernelTable, nhwc, plain } from '../kernel.js';
import type { Tf } from '../value.js';
import { orOneDimensional } from './one-dimensional.js';
import { poolIndices } from './pool-indices.js';

type Pair = [number, number];

interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
}

function windowOf({ node }: KernelContext): Window {
  const pair = (name: string): Pair => {
    const [y, x] = intsOf(node, name) ?? [1, 1];
    return [y!, x!];
  };
  return {
    kernel: pair('kernel_shape'),
    strides: pair('strides'),
    dilations: pair('dilations'),
    pads: intsOf(node, 'pads') ?? [0, 0, 0, 0],
  };
}

/** Pads an [N,H,W,C] tensor: TensorFlow's own pools take no explicit pads. */
function padded(tf: Tf, x: Tensor4D, [top, left, bottom, right]: readonly number[], value: number): Tensor4D {
  if ([top, left, bottom, right].every((size) => size === 0)) return x;
  return tf.pad(
    x,
    [
      [0, 0],
      [top!, bottom!],
      [left!, right!],
      [0, 0],
    ],
    value,
  );
}

/** Below every activation, and finite: some kernels clamp to the float range. */
const LOWEST = -3.4028234e38;

const maxPool: Kernel = (context) => {
  const { tf, node } = context;
  const value = input(context, 0);
  const window = windowOf(context);
  const x = padded(tf, value.nhwc() as Tensor4D, window.pads, LOWEST);
  const dilated = window.dilations.some((dilation) => dilation !== 1);
  const largest = dilated
    ? offsetsOf(window)
        .map((offset) => shifted(tf, x, window, offset))
        .reduce((a, b) => tf.maximum(a, b))
    : pool(tf, x, window, 'max');
  const indices = node.outputs[1];
  if (indices === undefined || indices === '') return nhwc(context, largest);
  const winners = onHost(tf)
    ? winnersOnHost(tf, value.nhwc() as Tensor4D, largest, window)
    : winnersOnDevice(tf, x, largest, window, value.shape);
  return [nhwc(context, largest), nhwc(context, winners)];
};

/** A 1×1 window is no pool to some backends. */
function pool(tf: Tf, x: Tensor4D, window: Window, kind: 'max' | 'avg'): Tensor4D {
  if (window.kernel.every((size) => size === 1)) return shifted(tf, x, window, [0, 0]);
  return tf.pool(x, window.kernel, kind, 'valid', [1, 1], window.strides);
}

/** Positions within the window, row by row, in pixels. */
function offsetsOf({ kernel, dilations }: Window): Pair[] {
  return Array.from(
    { length: kernel[0] * kernel[1] },
    (_, i): Pair => [Math.floor(i / kernel[1]) * dilations[0], (i % kernel[1]) * dilations[1]],
  );
}

function outputSize(x: Tensor4D, { kernel, strides, dilations }: Window): Pair {
  return [0, 1].map((axis) => {
    const extent = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.floor((x.shape[axis + 1]! - extent) / strides[axis]!) + 1;
  }) as Pair;
}

/** What every window sees at one of its positions. */
function shifted(tf: Tf, x: Tensor4D, window: Window, [dy, dx]: Pair): Tensor4D {
  const [height, width] = outputSize(x, window);
  const [n, , , c] = x.shape;
  const [sy, sx] = window.strides;
  const [spanY, spanX] = [(height - 1) * sy + 1, (width - 1) * sx + 1];
  if (sy === 1 && sx === 1) return tf.slice(x, [0, dy, dx, 0], [n, height, width, c]);
  return tf.stridedSlice(x, [0, dy, dx, 0], [n, dy + spanY, dx + spanX, c], [1, sy, sx, 1]) as Tensor4D;
}

/** Whether tensors lie in the process's own memory, where reading them costs a copy and no wait for a device. */
function onHost(tf: Tf): boolean {
  return tf.getBackend() === 'wasm' || tf.getBackend() === 'cpu';
}

/** WASM has no kernel that takes every second pixel quickly; a plain loop is ten times as fast. */
function winnersOnHost(tf: Tf, x: Tensor4D, largest: Tensor4D, window: Window): Tensor {
  const { kernel, strides, dilations, pads } = window;
  const indices = poolIndices(x.dataSync() as Float32Array, {
    ...{ from: x.shape, to: [largest.shape[1], largest.shape[2]], kernel, strides, dilations },
    padBegin: [pads[0]!, pads[1]!],
  });
  return tf.tensor(indices, largest.shape, 'int32');
}

/**
 * The same without leaving the device. Going through the window backwards, an earlier equal overwrites a later one.
 */
function winnersOnDevice(
  tf: Tf,
  x: Tensor4D,
  largest: Tensor4D,
  window: Window,
  shape: readonly number[],
): Tensor {
  const [, channels, height, width] = shape as [number, number, number, number];
  const [top, left] = window.pads as Pair;
  let winner: Tensor | undefined;
  for (const offset of offsetsOf(window).reverse()) {
    const inWindow = tf.scalar(offset[0] * width + offset[1], 'int32');
    winner =
      winner === undefined
        ? tf.fill(largest.shape, offset[0] * width + offset[1], 'int32')
        : tf.where(tf.equal(shifted(tf, x, window, offset), largest), inWindow, winner);
  }
  const [n, rows, columns] = largest.shape;
  const start = (size: number, first: number, step: number, at: number) => {
    const shape4 = [1, 1, 1, 1];
    shape4[at] = size;
    return tf.reshape(
      tf.add(tf.mul(tf.range(0, size, 1, 'int32'), tf.scalar(step, 'int32')), tf.scalar(first, 'int32')),
      shape4,
    );
  };
  return [
    start(n, 0, channels * height * width, 0),
    start(rows, -top * width, window.strides[0] * width, 1),
    start(columns, -left, window.strides[1], 2),
    start(channels, 0, height * width, 3),
  ].reduce<Tensor>((sum, part) => tf.add(sum, part), winner!);
}

const averagePool: Kernel = (context) => {
  const { tf, node } = context;
  const value = input(context, 0);
  const window = windowOf(context);
  const [n, channels, height, width] = value.shape as [number, number, number, number];
  const include = intOf(node, 'count_include_pad', 0) === 1;
  const [top, left, bottom, right] = window.pads as [number, number, number, number];
  if (channels === 1 && window.kernel[1] === 1 && left + right === 0 && window.strides[1] === 1) {
    // One channel, a window over rows alone: the columns take the channels' place, [N, H, 1, W].
    const x = padded(tf, tf.reshape(value.plain(), [n, height, 1, width]), window.pads, 0);
    const mean = pool(tf, x, window, 'avg');
    const rows = mean.shape[1];
    const y = tf.reshape(mean, [n, 1, rows, width]);
    return plain(
      context,
      include ? y : tf.mul(y, correction(context, window, [height, width], [rows, width])),
    );
  }
  const mean = pool(tf, padded(tf, value.nhwc() as Tensor4D, window.pads, 0), window, 'avg');
  if (include || top + left + bottom + right === 0) return nhwc(context, mean);
  const counts = correction(context, window, [height, width], [mean.shape[1], mean.shape[2]]);
  return nhwc(context, tf.mul(mean, tf.reshape(counts, [1, mean.shape[1], mean.shape[2], 1])));
};

/** [1, 1, rows, columns]: the window's size over the number of its positions inside of the input. */
function correction({ tf }: KernelContext, window: Window, from: Pair, to: Pair): Tensor {
  const perAxis = [0, 1].map((axis) =>
    Array.from({ length: to[axis]! }, (_, i) => {
      const start = i * window.strides[axis]! - window.pads[axis]!;
      const end = Math.min(from[axis]!, start + window.kernel[axis]!);
      return window.kernel[axis]! / (end - Math.max(0, start));
    }),
  ) as [number[], number[]];
  const values = perAxis[0].flatMap((row) => perAxis[1].map((column) => row * column));
  return tf.tensor(values, [1, 1, ...to]);
}

export const poolingKernels: KernelTable = {
  MaxPool: orOneDimensional(maxPool),
  AveragePool: orOneDimensional(averagePool),
};
