import { ModelError } from '../../base/errors.js';
import { float32, int, int64, ints } from '../net-builder.js';
import type { ConvertLayer, LayerContext, LayerTable } from './layer.js';
import { type Pair, pairOf, planeOf } from './windows.js';

interface PoolAxis {
  /** Length of the output. */
  readonly output: number;
  /** How far the last window reaches beyond the image; less than `pad` when no window reaches its end. */
  readonly padEnd: number;
}

/**
 * One axis of Caffe's pooling (pooling_layer.cpp): output = ceil((H + 2p − k)/s) + 1, or floor with round_mode FLOOR.
 * Where the layer pads on any axis, a last window that starts at H + p or beyond is dropped.
 * @returns undefined where Caffe would pool over nothing: a window beyond the image, which only s > k makes
 */
function poolAxis(
  size: number,
  [kernel, stride, pad]: readonly [number, number, number],
  padded: boolean,
  ceil: boolean,
): PoolAxis | undefined {
  const steps = (size + 2 * pad - kernel) / stride;
  let output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (padded && (output - 1) * stride >= size + pad) output -= 1;
  if (output < 1 || (output - 1) * stride >= size + pad) return undefined;
  return { output, padEnd: Math.max(0, (output - 1) * stride + kernel - size - pad) };
}

const pooling: ConvertLayer = (context) => {
  const { layer, b } = context;
  const x = b.read(layer);
  const fields = layer.fields.sub('pooling_param');
  const method = fields.choice('pool', ['MAX', 'AVE', 'STOCHASTIC'], 'MAX');
  if (method === 'STOCHASTIC') {
    throw new ModelError(`${layer.where}: stochastic pooling is not supported; only MAX and AVE are`);
  }
  if (layer.tops.length > 1) {
    throw new ModelError(`${layer.where}: its second top, the mask, is not supported; remove it`);
  }
  const plane = planeOf(fields, x.shape);
  const whole = fields.bool('global_pooling', false);
  const kernel = whole ? plane : pairOf(fields, 'kernel_size', 1, undefined);
  const stride = pairOf(fields, 'stride', 1, 1);
  const pad = pairOf(fields, 'pad', 0, 0);
  const ceil = fields.choice('round_mode', ['CEIL', 'FLOOR'], 'CEIL') === 'CEIL';
  const padded = pad[0] > 0 || pad[1] > 0;
  if (kernel.some((size, axis) => pad[axis]! >= size)) {
    throw new ModelError(`${layer.where}: pad must be smaller than the kernel`);
  }
  const axes = plane.map((size, axis) =>
    poolAxis(size, [kernel[axis]!, stride[axis]!, pad[axis]!], padded, ceil),
  );
  if (axes[0] === undefined || axes[1] === undefined) {
    throw new ModelError(
      `${layer.where}: a window lies beyond its input ${plane.join('×')}; use another input size or a smaller stride`,
    );
  }
  const shape = [x.shape[0]!, axes[0].output, axes[1].output];
  if (!padded && kernel.every((size, axis) => size === plane[axis])) {
    return b.write(layer, method === 'MAX' ? 'GlobalMaxPool' : 'GlobalAveragePool', [x.name], shape);
  }
  const geometry = { kernel, stride, pad, padEnd: [axes[0].padEnd, axes[1].padEnd] as const };
  if (method === 'MAX') {
    return b.write(layer, 'MaxPool', [x.name], shape, {
      kernel_shape: ints(kernel),
      strides: ints(stride),
      pads: ints([...pad, ...geometry.padEnd]),
    });
  }
  averagePool(context, x.name, shape, geometry);
};

interface Geometry {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
  readonly padEnd: Pair;
}

/**
 * Caffe divides a window's sum by the window's area cut at H + p, W + p: zeros of the padding count, what hangs over
 * beyond the padding does not. ONNX counts either all padding or none. So where both occur the p zeros become part of
 * the image (Pad), and only the overhang stays padding that does not count.
 */
function averagePool(
  { layer, b }: LayerContext,
  x: string,
  shape: readonly number[],
  { kernel, stride, pad, padEnd }: Geometry,
): void {
  const padded = pad.some((size) => size > 0);
  const overhang = padEnd.map((end, axis) => Math.max(0, end - pad[axis]!));
  const split = padded && overhang.some((size) => size > 0);
  const input = split
    ? b.step(layer, 'Pad', [
        x,
        b.constant(layer, 'pads', int64([0, 0, ...pad, 0, 0, ...pad])),
        b.constant(layer, 'zero', float32([], [0])),
      ])
    : x;
  b.write(layer, 'AveragePool', [input], shape, {
    kernel_shape: ints(kernel),
    strides: ints(stride),
    pads: ints(split || !padded ? [0, 0, ...overhang] : [...pad, ...padEnd]),
    count_include_pad: int(padded && !split ? 1 : 0),
  });
}

export const poolingLayers: LayerTable = { Pooling: pooling };
