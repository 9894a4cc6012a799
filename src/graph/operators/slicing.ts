import { numbersOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import { slicesOf } from '../parameters.js';
import { infosOf, picked } from './folding.js';
import { chain, int, type Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';

/** Where a slice of an axis starts and how many positions it picks, with numpy's rules. */
function sliceRange(dim: number, start: number, end: number, step: number) {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(high, Math.max(low, at < 0 ? at + dim : at));
  // With a negative step, "before the start" is the end that includes position 0.
  const before = end < -dim ? -1 : clamp(end, -1, dim - 1);
  const [from, stop] =
    step > 0 ? [clamp(start, 0, dim), clamp(end, 0, dim)] : [clamp(start, 0, dim - 1), before];
  return { from, count: step === 0 ? 0 : Math.max(0, Math.ceil((stop - from) / step)) };
}

function slicePicks(dim: number, start: number, end: number, step: number): number[] {
  const { from, count } = sliceRange(dim, start, end, step);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

const inferSlice: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const shape = [...x.shape];
  for (const { axis, start, end, step } of slicesOf(node, inputs)) {
    shape[axis] = sliceRange(x.shape[axis]!, start, end, step).count;
  }
  return [{ dtype: x.dtype, shape }];
};

const foldSlice: Fold = (node, inputs) => {
  const x = inputs[0]!;
  const picks = x.shape.map((dim) => Array.from({ length: dim }, (_, i) => i));
  for (const { axis, start, end, step } of slicesOf(node, infosOf(inputs)))
    picks[axis] = slicePicks(x.shape[axis]!, start, end, step);
  const shape = picks.map((pick) => pick.length);
  return [picked(x, shape, (index) => index.map((at, axis) => picks[axis]![at]!))];
};

/** A slice with a step is a pick of positions; what has none stays a slice. */
const lowerSlice: Lower = (context) => {
  const { node, inputs, constant, type, alias } = context;
  const { step, last } = chain(context);
  // Of the batch "all" is written as a size that no batch has.
  const slices = slicesOf(node, inputs).filter(
    ({ axis, start, end, step: by }) => axis > 0 || start !== 0 || by !== 1 || end < 2 ** 31 - 1,
  );
  if (slices.length === 0) return alias();
  const [strided, plain] = [true, false].map((wanted) =>
    slices.filter(({ axis, step: by }) => (by !== 1 && axis !== 0) === wanted),
  ) as [typeof slices, typeof slices];
  const to = type(node.outputs[0]!);
  let [x, dims] = [node.inputs[0]!, type(node.inputs[0]!).dims];
  strided.forEach(({ axis, start, end, step: by }, i) => {
    const picks = slicePicks(dims[axis - 1]!, start, end, by);
    dims = dims.map((dim, at) => (at === axis - 1 ? picks.length : dim));
    const chosen = [x, constant('picks', int64(picks))];
    if (i === strided.length - 1 && plain.length === 0) last('Gather', chosen, { axis: int(axis) });
    else x = step('Gather', chosen, { ...to, dims }, { axis: int(axis) });
  });
  if (plain.length === 0) return;
  const column = (name: string, pick: (one: (typeof slices)[number]) => number) =>
    constant(name, int64(plain.map(pick)));
  last('Slice', [
    x,
    column('starts', ({ start }) => start),
    column('ends', ({ end }) => end),
    column('axes', ({ axis }) => axis),
    column('steps', ({ step: by }) => by),
  ]);
};

/** What was cut off gets zero: pads back to the input's size. */
const sliceGradient: BackwardRule = ({ b, node, g }) => {
  const { dims } = b.type(node.inputs[0]!);
  const [starts, , axes, steps] = node.inputs.slice(1).map((name) => numbersOf(b.known(name)!)) as number[][];
  const sliced = b.type(node.outputs[0]!).dims;
  if (steps!.some((step) => step !== 1) || axes!.includes(0)) {
    refuse(node, 'along the batch axis', 'export the model so that the batch stays whole');
  }
  const before = new Array<number>(dims.length).fill(0);
  axes!.forEach((axis, i) => {
    const size = dims[axis - 1]!;
    before[axis - 1] = Math.min(size, Math.max(0, starts![i]! < 0 ? starts![i]! + size : starts![i]!));
  });
  const after = dims.map((size, axis) => size - before[axis]! - sliced[axis]!);
  return [b.add('Pad', [g, b.ints([0, ...before, 0, ...after])])];
};

export const slicing: OperatorFamily = {
  Slice: {
    schema: '1 5 1 0 axes:is ends:is starts:is',
    traits: ['linear', 'parameterised', 'keepsSign'],
    infer: inferSlice,
    fold: foldSlice,
    lower: lowerSlice,
    gradient: sliceGradient,
    excitation: sliceGradient,
  },
};
