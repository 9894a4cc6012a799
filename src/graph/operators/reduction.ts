import { intOf, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { int64 } from '../constants.js';
import { loweredAxes, reducedAxes } from '../parameters.js';
import { normalizeAxis, sameShape } from '../shapes.js';
import { byActivation } from './excitation.js';
import { infosOf, largestOf, make } from './folding.js';
import { chain, int, ints, type Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { globalMaxPool } from './pooling.js';
import type { BackwardRule } from './rule.js';

const infer: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const rank = x.shape.length;
  const axes = new Set(reducedAxes(node, inputs).map((axis) => normalizeAxis(axis, rank)));
  const keep = intOf(node, 'keepdims', 1) === 1;
  const shape = x.shape.flatMap((dim, axis) => (axes.has(axis) ? (keep ? [1] : []) : [dim]));
  return [{ dtype: x.dtype, shape }];
};

const fold =
  (reduce: (values: readonly number[]) => number): Fold =>
  (node, inputs) => {
    const [x] = inputs;
    const rank = x!.shape.length;
    const axes = new Set(reducedAxes(node, infosOf(inputs)).map((axis) => normalizeAxis(axis, rank)));
    const kept = x!.shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
    numbersOf(x!).forEach((value, at) => {
      let [rest, place, step] = [at, 0, 1];
      for (let axis = rank - 1; axis >= 0; axis--) {
        const index = rest % x!.shape[axis]!;
        rest = (rest - index) / x!.shape[axis]!;
        if (!axes.has(axis)) place += index * step;
        step *= kept[axis]!;
      }
      groups[place]!.push(value);
    });
    const keep = intOf(node, 'keepdims', 1) === 1;
    const shape = keep ? kept : kept.filter((_, axis) => !axes.has(axis));
    return [make(x!.dtype, shape, groups.map(reduce))];
  };

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Mean, sum and extrema over axes that opset 17 takes as attributes, but for ReduceSum's. */
const lowerPlain: Lower = ({ node, inputs, constant, emit, alias }) => {
  const axes = reducedAxes(node, inputs);
  if (axes.length === 0) return alias();
  const keepdims = int(intOf(node, 'keepdims', 1));
  if (node.op === 'ReduceSum') {
    return emit({ inputs: [node.inputs[0]!, constant('axes', int64(axes))], attributes: { keepdims } });
  }
  return emit({ inputs: [node.inputs[0]!], attributes: { axes: ints(axes), keepdims } });
};

const lowerMax: Lower = (context) => {
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
  return overSpace ? globalMaxPool(context) : lowerPlain(context);
};

/** A sum over axes, of squares or magnitudes, and its root or logarithm. */
const summed =
  (of: 'Mul' | 'Abs' | undefined, then: 'Sqrt' | 'Log' | undefined): Lower =>
  (context) => {
    const { node, inputs, constant, type } = context;
    const { step, last } = chain(context);
    const x = node.inputs[0]!;
    const axes = constant('axes', int64(reducedAxes(node, inputs)));
    const attributes = { keepdims: int(intOf(node, 'keepdims', 1)) };
    const terms = of === undefined ? x : step(of, of === 'Mul' ? [x, x] : [x], type(x));
    if (then === undefined) return last('ReduceSum', [terms, axes], attributes);
    last(then, [step('ReduceSum', [terms, axes], undefined, attributes)]);
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

/** Of a lowered node, counted from the front. */
const axesOf = (b: GraphBuilder, node: Node): readonly number[] =>
  loweredAxes(node, (name) => b.known(name), b.type(node.inputs[0]!).dims.length + 1);

/** Mean or sum over any axes but the batch. */
const spread =
  (mean: boolean): BackwardRule =>
  ({ b, node, g }) => {
    const dims = b.type(node.inputs[0]!).dims;
    const axes = new Set(axesOf(b, node).map((axis) => axis - 1));
    const kept = dims.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const wide = intOf(node, 'keepdims', 1) === 1 ? g : b.reshape(g, [-1, ...kept]);
    const count = sizeOf(dims.filter((_, axis) => axes.has(axis)));
    const share = mean ? b.add('Div', [wide, b.scalar(count)]) : wide;
    return [b.add('Expand', [share, b.ints([1, ...dims])])];
  };

/** The largest (smallest) over axes takes the gradient; equals share it, as in PyTorch's amax. */
const extremumGradient: BackwardRule = ({ b, node, g }) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const dims = b.type(x).dims;
  const axes = axesOf(b, node);
  const kept = [-1, ...dims.map((dim, axis) => (axes.includes(axis + 1) ? 1 : dim))];
  const share = b.once(`share ${y}`, () => {
    const best = b.add('Cast', [b.add('Equal', [x, b.reshape(y, kept)])], { to: { type: 'int', value: 1 } });
    return b.add('Div', [best, b.add('ReduceSum', [best, b.ints(axes)])]);
  });
  const spread = b.add('Expand', [b.reshape(g, kept), b.ints([1, ...dims])]);
  return [b.timesForward(spread, share, dims)];
};

const SCHEMA = '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i';
const [meanGradient, sumGradient] = [spread(true), spread(false)];

export const reduction: OperatorFamily = {
  ReduceMean: {
    schema: SCHEMA,
    traits: ['reduction', 'linear', 'keepsSign'],
    infer,
    fold: fold((values) => total(values) / values.length),
    lower: lowerPlain,
    gradient: meanGradient,
    excitation: byActivation(meanGradient),
  },
  ReduceSum: {
    schema: SCHEMA,
    traits: ['reduction', 'linear', 'keepsSign'],
    infer,
    fold: fold(total),
    lower: lowerPlain,
    gradient: sumGradient,
    excitation: byActivation(sumGradient),
  },
  ReduceMax: {
    schema: SCHEMA,
    traits: ['reduction', 'keepsSign'],
    infer,
    fold: fold(largestOf),
    lower: lowerMax,
    gradient: extremumGradient,
  },
  ReduceMin: {
    schema: SCHEMA,
    traits: ['reduction', 'keepsSign'],
    infer,
    fold: fold((values) => values.reduce((a, b) => Math.min(a, b))),
    lower: lowerPlain,
    gradient: extremumGradient,
  },
  ReduceL2: { schema: SCHEMA, traits: ['reduction', 'nonnegative'], infer, lower: summed('Mul', 'Sqrt') },
  ReduceSumSquare: {
    schema: SCHEMA,
    traits: ['reduction', 'nonnegative'],
    infer,
    lower: summed('Mul', undefined),
  },
  ReduceL1: { schema: SCHEMA, traits: ['reduction', 'nonnegative'], infer, lower: summed('Abs', undefined) },
  ReduceLogSum: { schema: SCHEMA, traits: ['reduction'], infer, lower: summed(undefined, 'Log') },
  ReduceLogSumExp: { schema: SCHEMA, traits: ['reduction'], infer, lower: logSumExp },
  // Of shapes alone: how many numbers there are.
  ReduceProd: {
    schema: SCHEMA,
    traits: ['reduction'],
    fold: fold((values) => values.reduce((a, b) => a * b, 1)),
  },
};
