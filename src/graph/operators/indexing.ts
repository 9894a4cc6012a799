import { intOf, numbersOf, sizeOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { int64 } from '../constants.js';
import { splitSizes } from '../parameters.js';
import { normalizeAxis } from '../shapes.js';
import { sizeAlong } from './broadcasting.js';
import { flatGatherShape } from './flat-gather.js';
import { make } from './folding.js';
import { chain, int, type Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';

const inferGather: Infer = (node, [data, index], batch) => {
  const flat = flatGatherShape(node, [data!, index!], batch);
  if (flat !== undefined) return [{ dtype: data!.dtype, shape: flat }];
  const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
  return [
    {
      dtype: data!.dtype,
      shape: [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
    },
  ];
};

const foldGather: Fold = (node, [data, index]) => {
  const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
  const [outer, inner] = [sizeOf(data!.shape.slice(0, axis)), sizeOf(data!.shape.slice(axis + 1))];
  const length = data!.shape[axis]!;
  const values = numbersOf(data!);
  const picked: number[] = [];
  for (let row = 0; row < outer; row++) {
    for (const at of numbersOf(index!)) {
      const start = (row * length + (at < 0 ? at + length : at)) * inner;
      for (let i = 0; i < inner; i++) picked.push(values[start + i]!);
    }
  }
  return [
    make(
      data!.dtype,
      [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
      picked,
    ),
  ];
};

/** A pick of known positions: one axis of them, none negative; what shape they had comes back by a Reshape. */
const lowerGather: Lower = (context) => {
  const { node, inputs, constant, emit, type } = context;
  const [x, index] = inputs;
  const axis = normalizeAxis(intOf(node, 'axis', 0), x!.shape.length);
  if (axis === 0 || index?.known === undefined) return emit({});
  const size = x!.shape[axis]!;
  const picks = int64(numbersOf(index.known).map((at) => (at < 0 ? at + size : at)));
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  const { step, last } = chain(context);
  const chosen = [node.inputs[0]!, constant('picks', picks)];
  if (index.shape.length === 1) return last('Gather', chosen, { axis: int(axis) });
  const dims = from.dims.map((dim, at) => (at === axis - 1 ? picks.shape[0]! : dim));
  const picked = step('Gather', chosen, { ...from, dims }, { axis: int(axis) });
  last('Reshape', [picked, constant('shape', int64([-1, ...to.dims]))]);
};

/**
 * Every position gets what its copies got. Round by round each position picks its next copy, or the zero padded behind
 * the last: gathers that any engine has in place of a scatter.
 */
const gatherGradient: BackwardRule = ({ b, node, g }) => {
  const axis = intOf(node, 'axis', 0);
  const picks = b.known(node.inputs[1]!);
  if (axis === 0 || picks === undefined)
    refuse(node, 'along the batch axis or at computed positions', 'explain a layer behind it');
  const { dims } = b.type(node.inputs[0]!);
  const copies = Array.from({ length: dims[axis - 1]! }, (): number[] => []);
  const positions = numbersOf(picks);
  positions.forEach((from, at) => void copies[from]!.push(at));
  const [before, after] = [dims, dims].map(() => new Array<number>(dims.length + 1).fill(0)) as [
    number[],
    number[],
  ];
  after[axis] = 1;
  const padded = b.add('Pad', [g, b.ints([...before, ...after])]);
  const rounds = Math.max(...copies.map(({ length }) => length));
  const parts = Array.from({ length: rounds }, (_, round) =>
    b.add('Gather', [padded, b.ints(copies.map((own) => own[round] ?? positions.length))], {
      axis: { type: 'int', value: axis },
    }),
  );
  return [parts.length === 1 ? parts[0]! : b.add('Sum', parts)];
};

const inferSplit: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const axis = normalizeAxis(intOf(node, 'axis', 0), x.shape.length);
  return splitSizes(node, inputs).map((size) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, i) => (i === axis ? size : dim)),
  }));
};

const lowerSplit: Lower = ({ node, inputs, constant, emit }) => {
  const axis = normalizeAxis(intOf(node, 'axis', 0), inputs[0]!.shape.length);
  const sizes = constant('split', int64(splitSizes(node, inputs)));
  emit({ inputs: [node.inputs[0]!, sizes], attributes: { axis: int(axis) } });
};

/** Joins the parts' gradients again; a part that the score does not depend on counts as zero. */
const splitGradient: BackwardRule = ({ b, node, grads }) => {
  const known = grads.find((grad) => grad !== undefined)!;
  const position = grads.indexOf(known);
  const axis = intOf(node, 'axis', 0);
  const parts = grads.map(
    (grad, i) => grad ?? zerosLike(b, node.outputs[i]!, node.outputs[position]!, known, axis),
  );
  return [b.add('Concat', parts, { axis: { type: 'int', value: axis } })];
};

function zerosLike(b: GraphBuilder, part: string, other: string, grad: string, axis: number): string {
  // Zero times one slice of a gradient that exists, widened along the axis: the batch stays dynamic.
  const first = b.add('Slice', [grad, b.ints([0]), b.ints([1]), b.ints([axis])]);
  const zero = b.add('Sub', [first, first]);
  const dims = b.type(other).dims.map((dim, i) => (i === axis - 1 ? sizeAlong(b, part, axis) : dim));
  return b.add('Expand', [zero, b.ints([1, ...dims])]);
}

/** Picks of positions, and cuts into parts. */
export const indexing: OperatorFamily = {
  Gather: {
    schema: '2 2 1 0 axis:i',
    traits: ['linear', 'parameterised', 'keepsSign'],
    infer: inferGather,
    fold: foldGather,
    lower: lowerGather,
    gradient: gatherGradient,
    excitation: gatherGradient,
  },
  Split: {
    schema: '1 2 * 0 axis:i num_outputs:i split:is',
    traits: ['linear', 'parameterised', 'keepsSign'],
    infer: inferSplit,
    lower: lowerSplit,
    gradient: splitGradient,
    excitation: splitGradient,
  },
};
