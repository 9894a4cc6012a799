import { type Attribute, intOf, intsOf, numbersOf, stringOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { rectified } from './relu.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

const perm = (value: readonly number[]): Record<string, Attribute> => ({ perm: { type: 'ints', value } });

/** The same numbers in another shape. */
const reshape: BackwardRule = ({ b, node, g }) => {
  const from = b.type(node.inputs[0]!);
  if (!from.batched || !b.type(node.outputs[0]!).batched) {
    refuse(
      node,
      'when it mixes the batch with other axes',
      'export the model so that the batch stays the first axis',
    );
  }
  return [b.reshape(g, [-1, ...from.dims])];
};

/** The inverse permutation. */
const transpose: BackwardRule = ({ b, node, g }) => {
  const forward = intsOf(node, 'perm')!;
  if (forward[0] !== 0) refuse(node, 'when it moves the batch axis', 'export the model with the batch first');
  return [b.add('Transpose', [g], perm(forward.map((_, axis) => forward.indexOf(axis))))];
};

/** Each part gets its own slice. */
export const concat: BackwardRule = ({ b, node, g, needs }) => {
  const axis = intOf(node, 'axis', 1);
  if (axis === 0)
    refuse(node, 'along the batch axis', 'export the model so that the batch stays the first axis');
  let start = 0;
  return node.inputs.map((name, i) => {
    const size = sizeAlong(b, name, axis);
    const from = start;
    start += size;
    return needs(i) ? b.add('Slice', [g, b.ints([from]), b.ints([from + size]), b.ints([axis])]) : undefined;
  });
};

/**
 * Where all that is joined comes out of ReLUs that nothing else reads, their rule is applied to the whole gradient
 * before it is cut: one product in place of one for each part.
 */
const concatOfRectified: BackwardRule = (context) => {
  const { b, node, relu: rule, g } = context;
  const whole = node.inputs.every((name) => b.makerOf(name)?.op === 'Relu' && b.readersOf(name).length === 1);
  if (!whole || new Set(node.inputs).size < node.inputs.length) return concat(context);
  const parts = concat({ ...context, g: rectified(b, rule, g, node.outputs[0]!) });
  for (const part of parts) if (part !== undefined) b.markRectified(part, rule);
  return parts;
};

function sizeAlong(b: GraphBuilder, name: string, axis: number): number {
  const type = b.type(name);
  return type.dims[type.batched ? axis - 1 : axis]!;
}

/** What was cut off gets zero: pads back to the input's size. */
const slice: BackwardRule = ({ b, node, g }) => {
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

/**
 * Every position gets what its copies got. Round by round each position picks its next copy, or the zero padded behind
 * the last: gathers that any engine has in place of a scatter.
 */
const gather: BackwardRule = ({ b, node, g }) => {
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

/** Joins the parts' gradients again; a part that the score does not depend on counts as zero. */
const split: BackwardRule = ({ b, node, grads }) => {
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

/**
 * Constant padding adds positions that nothing depends on: cut them off. Reflected and repeated positions add
 * their gradient to the position that they copy.
 */
const pad: BackwardRule = ({ b, node, g }) => {
  const mode = stringOf(node, 'mode', 'constant');
  const pads = numbersOf(b.known(node.inputs[1]!)!);
  if (mode === 'constant') return [b.add('Pad', [g, b.ints(pads.map((size) => -size))])];
  const { dims } = b.type(node.inputs[0]!);
  const rank = dims.length + 1;
  const begins = pads.slice(0, rank);
  const ends = pads.slice(rank);
  if (!['reflect', 'edge'].includes(mode) || pads.some((size) => size < 0)) {
    refuse(node, `with mode ${mode}`, 'export the model with constant, reflect or edge padding');
  }
  if ([...begins.slice(0, rank - 2), ...ends.slice(0, rank - 2)].some((size) => size !== 0)) {
    refuse(node, `with mode ${mode} outside of the last two axes`, 'export the model with constant padding');
  }
  // copies[p, i] = 1 where padded position p copies position i: ∂L/∂x = copiesᵀ · g along each axis.
  const copies = (axis: number) => copyMatrix(mode, dims[axis - 1]!, begins[axis]!, ends[axis]!);
  const [rows, columns] = [copies(rank - 2), copies(rank - 1)];
  const right = b.constant('float32', columns.shape, columns.data);
  const left = b.constant('float32', rows.shape, rows.data);
  const transposed = b.add('Transpose', [left], perm([1, 0]));
  return [b.add('MatMul', [transposed, b.add('MatMul', [g, right])])];
};

function copyMatrix(mode: string, size: number, begin: number, end: number) {
  const padded = begin + size + end;
  const data = new Float32Array(padded * size);
  for (let p = 0; p < padded; p++) {
    const at = p - begin;
    const reflected = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
    const source = mode === 'edge' ? Math.min(size - 1, Math.max(0, at)) : reflected;
    data[p * size + source] = 1;
  }
  return { shape: [padded, size], data };
}

/** Conversions between floating types; others have no gradient. */
const cast: BackwardRule = ({ b, node, g }) => {
  const from = b.type(node.inputs[0]!).dtype;
  if (from !== 'float32') refuse(node, `from ${from}`, 'export the model in float32');
  return [g];
};

export const shapeRules: RuleTable = {
  Reshape: reshape,
  Transpose: transpose,
  Concat: concatOfRectified,
  Slice: slice,
  Split: split,
  Gather: gather,
  Pad: pad,
  Cast: cast,
};
