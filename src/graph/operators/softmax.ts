import { intOf, sizeOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import { normalizeAxis } from '../shapes.js';
import { alongAxis, logSumExp } from './folding.js';
import { notAlongBatch } from './inferring.js';
import { chain, int, type Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import type { BackwardRule } from './rule.js';

const infer: Infer = (node, [x], { opset }) => [
  notAlongBatch(node, x!, normalizeAxis(intOf(node, 'axis', opset >= 13 ? -1 : 1), x!.shape.length)),
];

/** Before opset 13 it goes over all axes from its own to the last, which lowering writes out and this does not know. */
const fold =
  (line: (value: number, whole: number) => number): Fold =>
  (node, [x], opset) => {
    if (opset < 13) return undefined;
    const axis = normalizeAxis(intOf(node, 'axis', -1), x!.shape.length);
    const lines = (values: readonly number[]) => {
      const whole = logSumExp(values);
      return values.map((value) => line(value, whole));
    };
    return [alongAxis(x!, axis, lines)];
  };

/** Before opset 13 a softmax went over all axes from its own to the last. */
const lower: Lower = (context) => {
  const { node, inputs, opset, type, constant, emit } = context;
  const { shape } = inputs[0]!;
  const axis = normalizeAxis(intOf(node, 'axis', opset < 13 ? 1 : -1), shape.length);
  const from = type(node.inputs[0]!);
  if (opset >= 13 || axis === 0 || sizeOf(shape.slice(axis + 1)) === 1)
    return emit({ attributes: { axis: int(axis) } });
  const { step, last } = chain(context);
  const kept = shape.slice(1, axis);
  const flat = { ...from, dims: [...kept, sizeOf(shape.slice(axis))] };
  const target = (hint: string, dims: readonly number[]) => constant(hint, int64([-1, ...dims]));
  const flattened = step('Reshape', [node.inputs[0]!, target('flat', flat.dims)], flat);
  const soft = step(node.op, [flattened], flat, { axis: int(axis) });
  last('Reshape', [soft, target('shape', from.dims)]);
};

/** y = softmax(x): ∂L/∂x = y·(g − Σ g·y) along its axis. */
const softmaxGradient: BackwardRule = ({ b, node, g }) => {
  const y = node.outputs[0]!;
  const { dims } = b.type(y);
  const along = b.add('ReduceSum', [b.timesForward(g, y, dims), b.ints([intOf(node, 'axis', -1)])]);
  return [b.timesForward(b.add('Sub', [g, along]), y, dims)];
};

/** y = log softmax(x): ∂L/∂x = g − eʸ·Σ g along its axis. */
const logSoftmaxGradient: BackwardRule = ({ b, node, g }) => {
  const y = node.outputs[0]!;
  const { dims } = b.type(y);
  const share = b.once(`exp ${y}`, () => b.add('Exp', [y]));
  const total = b.add('ReduceSum', [g, b.ints([intOf(node, 'axis', -1)])]);
  const spread = b.add('Expand', [total, b.ints([1, ...dims])]);
  return [b.add('Sub', [g, b.timesForward(spread, share, dims)])];
};

export const softmax: OperatorFamily = {
  Softmax: {
    schema: '1 1 1 0 axis:i',
    traits: ['scoreHead', 'nonnegative'],
    infer,
    fold: fold((value, whole) => Math.exp(value - whole)),
    lower,
    gradient: softmaxGradient,
  },
  LogSoftmax: {
    schema: '1 1 1 0 axis:i',
    traits: ['scoreHead'],
    infer,
    fold: fold((value, whole) => value - whole),
    lower,
    gradient: logSoftmaxGradient,
  },
};
