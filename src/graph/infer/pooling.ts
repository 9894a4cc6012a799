import { intOf, intsOf } from '../../onnx/graph.js';
import { reducedAxes } from '../parameters.js';
import { normalizeAxis } from '../shapes.js';
import { checkSpatial, windowsOf } from '../windows.js';
import type { Infer, InferTable } from './rule.js';

const reduction: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const rank = x.shape.length;
  const axes = new Set(reducedAxes(node, inputs).map((axis) => normalizeAxis(axis, rank)));
  const keep = intOf(node, 'keepdims', 1) === 1;
  const shape = x.shape.flatMap((dim, axis) => (axes.has(axis) ? (keep ? [1] : []) : [dim]));
  return [{ dtype: x.dtype, shape }];
};

const pool: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const { output } = windowsOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
  const shape = [...x.shape.slice(0, 2), ...output];
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ];
};

const globalPool: Infer = (node, [x]) => {
  checkSpatial(node, x!.shape.slice(2));
  return [{ dtype: x!.dtype, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

/** Pools and reductions. */
export const pooling: InferTable = {
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  ReduceL1: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
};
