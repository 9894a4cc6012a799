import type { Tensor } from '@tensorflow/tfjs-core';
import { normalizeAxis } from '../../../graph/shapes.js';
import { intOf, intsOf } from '../../../onnx/graph.js';
import {
  input,
  intsIn,
  type Kernel,
  type KernelContext,
  type KernelTable,
  plain,
  valueIn,
} from '../kernel.js';
import { positionOf, type Tf, type Value } from '../value.js';

type Reduce = (tf: Tf, x: Tensor, axes: number[]) => Tensor;

/** Reduces the given axes of a value in its own layout. */
function reduceAxes(
  context: KernelContext,
  x: Value,
  axes: readonly number[],
  keepdims: boolean,
  apply: Reduce,
): Value {
  const { tf } = context;
  const reduced = apply(
    tf,
    x.in(x.layout),
    axes.map((axis) => positionOf(axis, x.layout)),
  );
  if (keepdims) return valueIn(context, reduced, x.layout);
  const ordered = x.layout === 'plain' ? reduced : tf.transpose(reduced, [0, 3, 1, 2]);
  return plain(
    context,
    tf.reshape(
      ordered,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    ),
  );
}

/** @param apply reduces and keeps the axes as ones */
function reduction(apply: Reduce): Kernel {
  return (context) => {
    const x = input(context, 0);
    const rank = x.shape.length;
    const given = context.inputs[1] === undefined ? intsOf(context.node, 'axes') : intsIn(context, 1);
    const all = Array.from({ length: rank }, (_, axis) => axis);
    const axes =
      given === undefined || given.length === 0 ? all : given.map((axis) => normalizeAxis(axis, rank));
    return reduceAxes(context, x, axes, intOf(context.node, 'keepdims', 1) === 1, apply);
  };
}

function globalPool(apply: Reduce): Kernel {
  return (context) => {
    const x = input(context, 0);
    const spatial = x.shape.map((_, axis) => axis).slice(2);
    return reduceAxes(context, x, spatial, true, apply);
  };
}

const mean: Reduce = (tf, x, axes) => tf.mean(x, axes, true);
const max: Reduce = (tf, x, axes) => tf.max(x, axes, true);
const sum: Reduce = (tf, x, axes) => tf.sum(x, axes, true);

export const reductionKernels: KernelTable = {
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  ReduceMax: reduction(max),
  ReduceMin: reduction((tf, x, axes) => tf.min(x, axes, true)),
  GlobalAveragePool: globalPool(mean),
};
