import type { Tensor } from '@tensorflow/tfjs-core';
import { normalizeAxis } from '../../../graph/shapes.js';
import { floatOf, intOf, sizeOf } from '../../../onnx/graph.js';
import { input, type Kernel, type KernelTable, nhwc, plain, valueIn } from '../kernel.js';
import { positionOf, type Tf } from '../value.js';

/** (x − μ)/√(σ² + ε)·γ + β with fixed statistics, per channel. */
const batchNormalization: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => input(context, i).plain()) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, floatOf(node, 'epsilon', 1e-5))));
  const offset = tf.sub(beta, tf.mul(mean, scale));
  if (x.shape.length === 4) return nhwc(context, tf.add(tf.mul(x.nhwc(), scale), offset));
  const shape = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
  const wide = tf.mul(x.plain(), tf.reshape(scale, shape));
  return plain(context, tf.add(wide, tf.reshape(offset, shape)));
};

function standardized(tf: Tf, x: Tensor, axes: number[], epsilon: number): Tensor {
  const centered = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.mul(centered, centered), axes, true);
  return tf.div(centered, tf.sqrt(tf.add(variance, epsilon)));
}

const layerNormalization: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0).plain();
  const from = normalizeAxis(intOf(node, 'axis', -1), x.rank);
  const axes = Array.from({ length: x.rank - from }, (_, i) => from + i);
  const scaled = tf.mul(standardized(tf, x, axes, floatOf(node, 'epsilon', 1e-5)), input(context, 1).plain());
  const bias = context.inputs[2];
  return plain(context, bias === undefined ? scaled : tf.add(scaled, bias.plain()));
};

const instanceNormalization: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0).plain();
  const axes = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  const perChannel = (i: number) =>
    tf.reshape(input(context, i).plain(), [x.shape[1]!, ...axes.map(() => 1)]);
  const normal = standardized(tf, x, axes, floatOf(node, 'epsilon', 1e-5));
  return plain(context, tf.add(tf.mul(normal, perChannel(1)), perChannel(2)));
};

/** x·(bias + α·mean of x² over neighbouring channels)^−β; channels outside count as zero. */
const lrn: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0).plain();
  const [n, channels] = x.shape as [number, number];
  const size = intOf(node, 'size', 1);
  const before = Math.floor((size - 1) / 2);
  // Positions take the channels' place, so that a pool over rows averages over channels.
  const rows = tf.reshape(tf.mul(x, x), [n, channels, 1, sizeOf(x.shape.slice(2))]);
  const around = tf.pad(rows, [
    [0, 0],
    [before, size - 1 - before],
    [0, 0],
    [0, 0],
  ]);
  const mean = size === 1 ? rows : tf.avgPool(around as never, [size, 1], 1, 'valid');
  const base = tf.add(
    tf.mul(tf.reshape(mean, x.shape), floatOf(node, 'alpha', 1e-4)),
    floatOf(node, 'bias', 1),
  );
  return plain(context, tf.mul(x, tf.pow(base, -floatOf(node, 'beta', 0.75))));
};

/** Along one axis, shifted by the maximum so that nothing overflows. */
const softmax =
  (log: boolean): Kernel =>
  (context) => {
    const { tf, node } = context;
    const value = input(context, 0);
    const axis = positionOf(normalizeAxis(intOf(node, 'axis', -1), value.shape.length), value.layout);
    const x = value.in(value.layout);
    const shifted = tf.sub(x, tf.max(x, axis, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, axis, true);
    const y = log ? tf.sub(shifted, tf.log(total)) : tf.div(exponentials, total);
    return valueIn(context, y, value.layout);
  };

const lpNormalization: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0).plain();
  const axis = normalizeAxis(intOf(node, 'axis', -1), x.rank);
  const norm =
    intOf(node, 'p', 2) === 1 ? tf.sum(tf.abs(x), axis, true) : tf.sqrt(tf.sum(tf.mul(x, x), axis, true));
  // 0/0 is 0.
  return plain(context, tf.divNoNan(x, norm));
};

export const normalizationKernels: KernelTable = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  LRN: lrn,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  LpNormalization: lpNormalization,
};
