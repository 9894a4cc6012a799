import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { intOf, intsOf } from '../../../onnx/graph.js';
import { input, type Kernel, type KernelContext, type KernelTable, nhwc } from '../kernel.js';
import type { Tf } from '../value.js';
import { orOneDimensional } from './one-dimensional.js';

interface Geometry {
  readonly strides: [number, number];
  readonly dilations: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly group: number;
}

function geometryOf({ node }: KernelContext): Geometry {
  const [strideY, strideX] = intsOf(node, 'strides') ?? [1, 1];
  return {
    strides: [strideY!, strideX!],
    dilations: intsOf(node, 'dilations') ?? [1, 1],
    pads: intsOf(node, 'pads') ?? [0, 0, 0, 0],
    group: intOf(node, 'group', 1),
  };
}

/**
 * A filter [A, B, kh, kw] as TensorFlow.js wants it, [kh, kw, ...], made once for constant weights. Dilation is
 * written into it as zeros: not every backend dilates in every kernel, and few networks do.
 */
function filterOf(
  context: KernelContext,
  form: string,
  dilations: readonly number[],
  arrange: (filter: Tensor4D) => Tensor,
): Tensor4D {
  const { node, tf } = context;
  const constant = context.constant(1);
  const arranged = (filter: Tensor) => arrange(dilated(tf, filter as Tensor4D, dilations)) as Tensor4D;
  if (constant === undefined) return arranged(input(context, 1).plain());
  // Straight from the constant: its own order stays off the device, weights are held there once.
  return context.cached(`${node.inputs[1]} ${form} ${dilations.join()}`, () =>
    tf.tidy(() =>
      arranged(tf.tensor(constant.data as Float32Array, [...input(context, 1).shape], 'float32')),
    ),
  ) as Tensor4D;
}

function dilated(tf: Tf, filter: Tensor4D, [dy, dx]: readonly number[]): Tensor4D {
  if (dy === 1 && dx === 1) return filter;
  const [a, b, h, w] = filter.shape;
  const wide = spread(tf, tf.reshape(filter, [a * b, h, w, 1]), [dy!, dx!]);
  return tf.reshape(wide, [a, b, (h - 1) * dy! + 1, (w - 1) * dx! + 1]);
}

/** Puts zeros between the rows and columns of an [N,H,W,C] tensor: H becomes (H−1)·sy + 1. */
function spread(tf: Tf, x: Tensor, [sy, sx]: readonly [number, number]): Tensor4D {
  if (sy === 1 && sx === 1) return x as Tensor4D;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const columns = tf.pad(tf.reshape(x, [n * h, w, 1, c]), [
    [0, 0],
    [0, 0],
    [0, sx - 1],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(columns, [n, h, 1, w * sx * c]), [
    [0, 0],
    [0, 0],
    [0, sy - 1],
    [0, 0],
  ]);
  return tf.slice(
    tf.reshape(rows, [n, h * sy, w * sx, c]),
    [0, 0, 0, 0],
    [n, (h - 1) * sy + 1, (w - 1) * sx + 1, c],
  ) as Tensor4D;
}

/** Runs a convolution group by group along the channels. */
function byGroup(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  filterAxis: number,
  group: number,
  apply: (x: Tensor4D, filter: Tensor4D) => Tensor4D,
): Tensor4D {
  if (group === 1) return apply(x, filter);
  const xs = tf.split(x, group, 3);
  const filters = tf.split(filter, group, filterAxis);
  return tf.concat(
    xs.map((part, i) => apply(part as Tensor4D, filters[i] as Tensor4D)),
    3,
  );
}

function withBias(context: KernelContext, y: Tensor4D): Tensor {
  const bias = context.inputs[2];
  return bias === undefined ? y : context.tf.add(y, bias.plain());
}

const explicit = ([top, left, bottom, right]: readonly number[]): [
  [number, number],
  [number, number],
  [number, number],
  [number, number],
] => [
  [0, 0],
  [top!, bottom!],
  [left!, right!],
  [0, 0],
];

const conv: Kernel = (context) => {
  const { tf } = context;
  const { strides, dilations, pads, group } = geometryOf(context);
  const x = input(context, 0).nhwc() as Tensor4D;
  const perGroup = input(context, 1).shape[1]!;
  const padding = explicit(pads);
  if (group > 1 && perGroup === 1 && strides[0] === strides[1]) {
    // [O, 1, kh, kw] → [kh, kw, group, O/group].
    const filter = filterOf(context, 'depthwise', dilations, (f) =>
      tf.reshape(tf.transpose(f, [2, 3, 0, 1]), [f.shape[2], f.shape[3], group, f.shape[0] / group]),
    );
    return nhwc(context, withBias(context, tf.depthwiseConv2d(x, filter, strides, padding)));
  }
  const filter = filterOf(context, 'hwio', dilations, (f) => tf.transpose(f, [2, 3, 1, 0]));
  const y = byGroup(tf, x, filter, 3, group, (part, weights) => tf.conv2d(part, weights, strides, padding));
  return nhwc(context, withBias(context, y));
};

/**
 * y[i·s + k] += x[i]·w[k]: the full result first, then the pads cut off and the output padding added, since not
 * every backend takes pads here.
 */
const convTranspose: Kernel = (context) => {
  const { tf, node } = context;
  const { strides, dilations, pads, group } = geometryOf(context);
  const x = input(context, 0).nhwc() as Tensor4D;
  const [channels, perGroup] = input(context, 1).shape as readonly [number, number];
  const full =
    group > 1 && perGroup === 1 && channels === group
      ? depthwiseTranspose(context, x, strides, dilations)
      : strided(context, x, { strides, dilations, group, perGroup });
  const [, height, width] = full.shape;
  const extra = intsOf(node, 'output_padding') ?? [0, 0];
  const cut = resized(tf, full, 1, pads[0]!, height + extra[0]! - pads[0]! - pads[2]!);
  const y = resized(tf, cut, 2, pads[1]!, width + extra[1]! - pads[1]! - pads[3]!);
  return nhwc(context, withBias(context, y));
};

/** Each channel on its own: a convolution of the input with zeros between its positions, the kernel turned. */
function depthwiseTranspose(
  context: KernelContext,
  x: Tensor4D,
  strides: [number, number],
  dilations: readonly number[],
): Tensor4D {
  const { tf } = context;
  // [C, 1, kh, kw] → [kh, kw, C, 1], turned.
  const filter = filterOf(context, 'turned', dilations, (f) =>
    tf.reverse(tf.transpose(f, [2, 3, 0, 1]), [0, 1]),
  );
  const [h, w] = [filter.shape[0] - 1, filter.shape[1] - 1];
  return tf.depthwiseConv2d(spread(tf, x, strides), filter, 1, explicit([h, w, h, w]));
}

function strided(
  context: KernelContext,
  x: Tensor4D,
  {
    strides,
    dilations,
    group,
    perGroup,
  }: Pick<Geometry, 'strides' | 'dilations' | 'group'> & {
    perGroup: number;
  },
): Tensor4D {
  const { tf } = context;
  // [I, O/g, kh, kw] → [kh, kw, O/g, I]: its last axis is the one that is summed.
  const filter = filterOf(context, 'transposed', dilations, (f) => tf.transpose(f, [2, 3, 1, 0]));
  const [n, h, w] = x.shape;
  const [kh, kw] = filter.shape;
  const full: [number, number, number, number] = [
    n,
    (h - 1) * strides[0] + kh,
    (w - 1) * strides[1] + kw,
    perGroup,
  ];
  return byGroup(tf, x, filter, 3, group, (part, weights) =>
    tf.conv2dTranspose(part, weights, full, strides, 'valid'),
  );
}

/** Takes `size` positions of an axis from `start` on; zeros where the tensor ends before. */
function resized(tf: Tf, x: Tensor4D, axis: number, start: number, size: number): Tensor4D {
  const has = Math.min(size, x.shape[axis]! - start);
  const begin = [0, 0, 0, 0].map((zero, i) => (i === axis ? start : zero));
  const sizes = x.shape.map((dim, i) => (i === axis ? has : dim));
  const cut = has === x.shape[axis] ? x : tf.slice(x, begin, sizes);
  if (has === size) return cut;
  return tf.pad(
    cut,
    x.shape.map((_, i): [number, number] => [0, i === axis ? size - has : 0]),
  );
}

export const convolutionKernels: KernelTable = {
  Conv: orOneDimensional(conv),
  ConvTranspose: orOneDimensional(convTranspose),
};
