import { ModelError } from '../../base/errors.js';
import { type Attribute, describe, floatOf, numbersOf, sizeOf, stringOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import { knownNumbers, padsOf } from '../parameters.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import { operandDims, unbroadcast } from './broadcasting.js';
import { binary, bounded, make, picked } from './folding.js';
import { chain, int, ints, type Lower, scalar } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';

const inferPad: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const pads = padsOf(node, inputs);
  const rank = x.shape.length;
  return [{ dtype: x.dtype, shape: x.shape.map((dim, axis) => dim + pads[axis]! + pads[rank + axis]!) }];
};

const lowerPad: Lower = ({ node, inputs, constant, emit }) => {
  const value = inputs[2]?.known ? numbersOf(inputs[2].known)[0]! : floatOf(node, 'value', 0);
  const mode: Attribute = { type: 'string', value: stringOf(node, 'mode', 'constant') };
  const pads = constant('pads', int64(padsOf(node, inputs)));
  emit({ inputs: [node.inputs[0]!, pads, constant('value', scalar(value))], attributes: { mode } });
};

/**
 * Constant padding adds positions that nothing depends on: cut them off. Reflected and repeated positions add
 * their gradient to the position that they copy.
 */
const padGradient: BackwardRule = ({ b, node, g }) => {
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
  const transposed = b.add('Transpose', [left], { perm: ints([1, 0]) });
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

const inferTile: Infer = (node, [x, repeats]) => {
  const times = knownNumbers(node, repeats!, 'repeats');
  if (times.length !== x!.shape.length)
    throw new ModelError(`${describe(node)}: ${times.length} repeats for [${x!.shape.join(',')}]`);
  return [{ dtype: x!.dtype, shape: x!.shape.map((dim, axis) => dim * times[axis]!) }];
};

const foldTile: Fold = (_node, [x, repeats]) => {
  const times = numbersOf(repeats!);
  const shape = bounded(x!.shape.map((dim, axis) => dim * times[axis]!));
  return [picked(x!, shape, (index) => index.map((at, axis) => at % x!.shape[axis]!))];
};

/** Copies side by side along each axis but the batch's. */
const lowerTile: Lower = (context) => {
  const { node, inputs, type, alias } = context;
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  const times = to.dims.map((dim, axis) => dim / from.dims[axis]!);
  const batch = from.batched ? numbersOf(inputs[1]!.known!)[0]! : 1;
  if (!from.batched || !to.batched || batch !== 1)
    throw new ModelError(
      `${describe(node)} repeats the images of a batch; export the model for single images`,
    );
  const axes = times.flatMap((count, axis) => (count > 1 ? [axis] : []));
  if (axes.length === 0) return alias();
  const { step, last } = chain(context);
  let [x, dims] = [node.inputs[0]!, from.dims];
  axes.forEach((axis, i) => {
    const copies = new Array<string>(times[axis]!).fill(x);
    dims = dims.map((dim, at) => (at === axis ? to.dims[at]! : dim));
    const attributes = { axis: int(axis + 1) };
    if (i === axes.length - 1) last('Concat', copies, attributes);
    else x = step('Concat', copies, { ...from, dims }, attributes);
  });
};

const foldExpand: Fold = (_node, [x, target]) => {
  const dims = bounded(numbersOf(target!));
  const zeros = make(x!.dtype, dims, new Array<number>(sizeOf(dims)).fill(0));
  return [binary((a) => a)(x!, zeros)];
};

/** To a shape whose batch is 1, which broadcasts to any. */
const lowerExpand: Lower = ({ node, type, constant, emit, alias }) => {
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  if (!from.batched || from.dims.length !== to.dims.length) return emit({});
  if (sameShape(from.dims, to.dims)) return alias();
  emit({ inputs: [node.inputs[0]!, constant('shape', int64([1, ...to.dims]))] });
};

/** Every copy's gradient counts. */
const expandGradient: BackwardRule = ({ b, node, g }) => [
  unbroadcast(b, g, b.type(node.outputs[0]!).dims, operandDims(b, node, 0)),
];

/** A value padded, or repeated along its axes. */
export const extending: OperatorFamily = {
  Pad: {
    schema: '1 4 1 02 mode:s pads:is value:f',
    traits: ['linear', 'parameterised'],
    infer: inferPad,
    lower: lowerPad,
    gradient: padGradient,
    excitation: padGradient,
  },
  Expand: {
    schema: '2 2 1 0',
    traits: ['linear', 'parameterised', 'keepsSign'],
    infer: (node, [x, target]) => [
      { dtype: x!.dtype, shape: broadcastShapes(x!.shape, knownNumbers(node, target!, 'shape')) },
    ],
    fold: foldExpand,
    lower: lowerExpand,
    gradient: expandGradient,
  },
  Tile: {
    schema: '2 2 1 0',
    traits: ['linear', 'parameterised', 'keepsSign'],
    infer: inferTile,
    fold: foldTile,
    lower: lowerTile,
  },
};
