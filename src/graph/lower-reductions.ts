import { intOf } from '../onnx/graph.js';
import { int64 } from './constants.js';
import { chain, int, ints, type Lower } from './lowering.js';
import { reducedAxes } from './parameters.js';
import { normalizeAxis, sameShape } from './shapes.js';

/** Mean, sum and extrema over axes that opset 17 takes as attributes, but for ReduceSum's. */
const reduction: Lower = ({ node, inputs, constant, emit, alias }) => {
  const axes = reducedAxes(node, inputs);
  if (axes.length === 0) return alias();
  const keepdims = int(intOf(node, 'keepdims', 1));
  if (node.op === 'ReduceSum') {
    return emit({ inputs: [node.inputs[0]!, constant('axes', int64(axes))], attributes: { keepdims } });
  }
  return emit({ inputs: [node.inputs[0]!], attributes: { axes: ints(axes), keepdims } });
};

/** The largest value over all positions is a max pool with one window. */
const globalMaxPool: Lower = (context) => {
  const { node, type, constant } = context;
  const from = type(node.inputs[0]!);
  const [channels, ...spatial] = from.dims as [number, ...number[]];
  const pooled = { ...from, dims: [channels, ...spatial.map(() => 1)] };
  const to = type(node.outputs[0]!).dims;
  const attributes = {
    kernel_shape: ints(spatial),
    strides: ints(spatial.map(() => 1)),
    dilations: ints(spatial.map(() => 1)),
    pads: ints([...spatial, ...spatial].map(() => 0)),
  };
  const { step, last } = chain(context);
  if (sameShape(to, pooled.dims)) return last('MaxPool', [node.inputs[0]!], attributes);
  const max = step('MaxPool', [node.inputs[0]!], pooled, attributes);
  last('Reshape', [max, constant('shape', int64([-1, ...to]))]);
};

const reduceMax: Lower = (context) => {
  const { node, inputs } = context;
  const rank = inputs[0]!.shape.length;
  const axes = reducedAxes(node, inputs)
    .map((axis) => normalizeAxis(axis, rank))
    .sort((a, b) => a - b);
  const overSpace =
    rank > 2 &&
    axes.join() ===
      inputs[0]!.shape
        .map((_, axis) => axis)
        .slice(2)
        .join();
  return overSpace ? globalMaxPool(context) : reduction(context);
};

/** Σx² over axes, and its root. */
const squares =
  (root: boolean): Lower =>
  (context) => {
    const { node, inputs, constant, type } = context;
    const { step, last } = chain(context);
    const x = node.inputs[0]!;
    const axes = constant('axes', int64(reducedAxes(node, inputs)));
    const attributes = { keepdims: int(intOf(node, 'keepdims', 1)) };
    const squared = step('Mul', [x, x], type(x));
    if (!root) return last('ReduceSum', [squared, axes], attributes);
    last('Sqrt', [step('ReduceSum', [squared, axes], undefined, attributes)]);
  };

/** Σ|x| over axes. */
const absolutes: Lower = (context) => {
  const { node, inputs, constant, type } = context;
  const { step, last } = chain(context);
  const axes = constant('axes', int64(reducedAxes(node, inputs)));
  const absolute = step('Abs', [node.inputs[0]!], type(node.inputs[0]!));
  last('ReduceSum', [absolute, axes], { keepdims: int(intOf(node, 'keepdims', 1)) });
};

/** log Σx over axes. */
const logSum: Lower = (context) => {
  const { node, inputs, constant } = context;
  const { step, last } = chain(context);
  const axes = constant('axes', int64(reducedAxes(node, inputs)));
  const attributes = { keepdims: int(intOf(node, 'keepdims', 1)) };
  last('Log', [step('ReduceSum', [node.inputs[0]!, axes], undefined, attributes)]);
};

/** log Σeˣ = m + log Σe^(x − m) with m the largest, so that nothing overflows. */
const logSumExp: Lower = (context) => {
  const { node, inputs, constant, type } = context;
  const { step, last } = chain(context);
  const x = node.inputs[0]!;
  const from = type(x);
  const reduced = reducedAxes(node, inputs).map((axis) => normalizeAxis(axis, inputs[0]!.shape.length));
  const axes = constant('axes', int64(reduced));
  const kept = { ...from, dims: from.dims.map((dim, at) => (reduced.includes(at + 1) ? 1 : dim)) };
  const largest = step('ReduceMax', [x], kept, { axes: ints(reduced), keepdims: int(1) });
  const exponentials = step('Exp', [step('Sub', [x, largest], from)], from);
  const sum = step('ReduceSum', [exponentials, axes], kept, { keepdims: int(1) });
  const whole = [step('Log', [sum], kept), largest];
  const to = type(node.outputs[0]!);
  if (sameShape(to.dims, kept.dims)) return last('Add', whole);
  last('Reshape', [step('Add', whole, kept), constant('shape', int64([-1, ...to.dims]))]);
};

/** x divided by its Euclidean norm along one axis. */
const normalization: Lower = (context) => {
  const { node, inputs, constant, type, emit } = context;
  const axis = normalizeAxis(intOf(node, 'axis', -1), inputs[0]!.shape.length);
  const from = type(node.inputs[0]!);
  if (intOf(node, 'p', 2) !== 2 || axis === 0) return emit({});
  const { step, last } = chain(context);
  const [x, kept] = [
    node.inputs[0]!,
    { ...from, dims: from.dims.map((dim, at) => (at === axis - 1 ? 1 : dim)) },
  ];
  const sum = step('ReduceSum', [step('Mul', [x, x], from), constant('axes', int64([axis]))], kept, {
    keepdims: int(1),
  });
  last('Div', [x, step('Sqrt', [sum], kept)]);
};

export const reductionLowerings: Readonly<Record<string, Lower>> = {
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceMin: reduction,
  ReduceMax: reduceMax,
  GlobalMaxPool: globalMaxPool,
  ReduceL2: squares(true),
  ReduceSumSquare: squares(false),
  ReduceL1: absolutes,
  ReduceLogSum: logSum,
  ReduceLogSumExp: logSumExp,
  LpNormalization: normalization,
};
