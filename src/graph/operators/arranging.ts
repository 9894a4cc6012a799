import { ModelError } from '../../base/errors.js';
import { describe, intOf, intsOf, numbersOf, sizeOf } from '../../onnx/graph.js';
import { dtypeOf } from '../../onnx/tensor.js';
import { int64, reshaped } from '../constants.js';
import { axesOf, knownNumbers } from '../parameters.js';
import { normalizeAxis, sameShape } from '../shapes.js';
import { infosOf, make, picked } from './folding.js';
import { same } from './inferring.js';
import { ints, type Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';
import type { Trait } from './traits.js';

const inferFlatten: Infer = (node, [x]) => {
  const axis = intOf(node, 'axis', 1);
  const at = axis < 0 ? axis + x!.shape.length : axis;
  return [{ dtype: x!.dtype, shape: [sizeOf(x!.shape.slice(0, at)), sizeOf(x!.shape.slice(at))] }];
};

const inferReshape: Infer = (node, inputs, batch) => {
  const x = inputs[0]!;
  const target =
    inputs[1] === undefined ? [...(intsOf(node, 'shape') ?? [])] : knownNumbers(node, inputs[1], 'shape');
  // A model exported for one image writes that 1 into its reshapes: there it means the batch.
  if (batch.exported !== undefined && target[0] === batch.exported && x.shape[0] === batch.size)
    target[0] = 0;
  const shape = reshapeTo(x.shape, target);
  if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((dim) => !Number.isInteger(dim))) {
    throw new ModelError(
      `${describe(node)}: [${x.shape.join(',')}] cannot become [${target.join(',')}]; is the input size right?`,
    );
  }
  return [{ dtype: x.dtype, shape }];
};

/** Resolves the 0 (keep) and -1 (the rest) of a Reshape's target. */
function reshapeTo(from: readonly number[], target: readonly number[]): number[] {
  const shape = target.map((dim, axis) => (dim === 0 ? (from[axis] ?? 0) : dim));
  const rest = shape.indexOf(-1);
  if (rest >= 0)
    shape[rest] = sizeOf(from) / shape.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  return shape;
}

function unsqueezeShape(shape: readonly number[], axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const at = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : shape[next++]!));
}

const inferSqueeze: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const axes = axesOf(node, inputs)?.map((axis) => normalizeAxis(axis, x.shape.length));
  // The batch axis is never meant, even when it happens to be 1.
  const shape = x.shape.filter((dim, axis) =>
    axes === undefined ? axis === 0 || dim !== 1 : !axes.includes(axis),
  );
  return [{ dtype: x.dtype, shape }];
};

const foldSqueeze: Fold = (node, inputs) => {
  const x = inputs[0]!;
  const axes = axesOf(node, infosOf(inputs))?.map((axis) => normalizeAxis(axis, x.shape.length));
  const shape = x.shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis)));
  return [reshaped(x, shape)];
};

/** Every operator that only gives the same numbers another shape becomes one Reshape with a fixed target. */
const toReshape: Lower = ({ node, type, constant, emit, alias }) => {
  const from = type(node.inputs[0]!);
  const to = type(node.outputs[0]!);
  if (from.batched === to.batched && sameShape(from.dims, to.dims)) return alias();
  const target = to.batched ? [-1, ...to.dims] : [...to.dims];
  emit({ op: 'Reshape', inputs: [node.inputs[0]!, constant('shape', int64(target))], attributes: {} });
};

/** The same numbers in another shape. */
const reshapeGradient: BackwardRule = ({ b, node, g }) => {
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

const inferTranspose: Infer = (node, [x]) => {
  const perm = intsOf(node, 'perm') ?? x!.shape.map((_, axis) => x!.shape.length - 1 - axis);
  if (perm.length !== x!.shape.length || x!.shape.some((_, axis) => !perm.includes(axis)))
    throw new ModelError(`${describe(node)}: perm does not fit rank ${x!.shape.length}`);
  return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
};

const foldTranspose: Fold = (node, [x]) => {
  const perm = intsOf(node, 'perm') ?? x!.shape.map((_, i) => x!.shape.length - 1 - i);
  const back = x!.shape.map((_, axis) => perm.indexOf(axis));
  return [
    picked(
      x!,
      perm.map((axis) => x!.shape[axis]!),
      (index) => back.map((at) => index[at]!),
    ),
  ];
};

const lowerTranspose: Lower = ({ node, inputs, emit }) => {
  const rank = inputs[0]!.shape.length;
  const perm = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  emit({ attributes: { perm: ints(perm) } });
};

/** The inverse permutation. */
const transposeGradient: BackwardRule = ({ b, node, g }) => {
  const forward = intsOf(node, 'perm')!;
  if (forward[0] !== 0) refuse(node, 'when it moves the batch axis', 'export the model with the batch first');
  return [b.add('Transpose', [g], { perm: ints(forward.map((_, axis) => forward.indexOf(axis))) })];
};

const foldCast: Fold = (node, [x]) => {
  const dtype = dtypeOf(intOf(node, 'to', 1)) ?? 'float32';
  const values = numbersOf(x!);
  return [make(dtype, x!.shape, dtype === 'bool' ? values.map((value) => Number(value !== 0)) : values)];
};

/** Conversions between floating types; others have no gradient. */
const castGradient: BackwardRule = ({ b, node, g }) => {
  const from = b.type(node.inputs[0]!).dtype;
  if (from !== 'float32') refuse(node, `from ${from}`, 'export the model in float32');
  return [g];
};

const VIEW: readonly Trait[] = ['transparent', 'view', 'arranging', 'linear', 'keepsSign'];
/** A shape or axes may follow the first input. */
const RESHAPING: readonly Trait[] = [...VIEW, 'parameterised'];
const PASSED: readonly Trait[] = [...VIEW, 'elementwise'];

/** The same numbers in another shape, order or type. */
export const arranging: OperatorFamily = {
  Identity: {
    schema: '1 1 1 0',
    traits: PASSED,
    infer: same,
    fold: (_node, [x]) => [x!],
    lower: ({ alias }) => alias(),
  },
  /** At inference. */
  Dropout: {
    schema: '1 3 2 0 ratio:f seed:i',
    traits: PASSED,
    infer: (_node, [x]) => [
      { dtype: x!.dtype, shape: x!.shape },
      { dtype: 'bool', shape: x!.shape },
    ],
    fold: (_node, [x]) => [x!],
    lower: ({ alias }) => alias(),
  },
  Cast: {
    schema: '1 1 1 0 saturate:i to:i',
    traits: ['elementwise', 'transparent', 'linear', 'keepsSign'],
    infer: (node, [x]) => [{ dtype: dtypeOf(intOf(node, 'to', 1)) ?? 'float32', shape: x!.shape }],
    fold: foldCast,
    lower: ({ node, type, emit, alias }) =>
      type(node.inputs[0]!).dtype === type(node.outputs[0]!).dtype ? alias() : emit({}),
    gradient: castGradient,
    excitation: castGradient,
  },
  Flatten: { schema: '1 1 1 0 axis:i', traits: RESHAPING, infer: inferFlatten, lower: toReshape },
  Reshape: {
    schema: '1 2 1 0 allowzero:i shape:is',
    traits: RESHAPING,
    infer: inferReshape,
    fold: (_node, [x, target]) => [reshaped(x!, reshapeTo(x!.shape, numbersOf(target!)))],
    lower: toReshape,
    gradient: reshapeGradient,
    excitation: reshapeGradient,
  },
  Squeeze: {
    schema: '1 2 1 0 axes:is',
    traits: RESHAPING,
    infer: inferSqueeze,
    fold: foldSqueeze,
    lower: toReshape,
  },
  Unsqueeze: {
    schema: '1 2 1 0 axes:is',
    traits: RESHAPING,
    infer: (node, inputs) => {
      const x = inputs[0]!;
      return [{ dtype: x.dtype, shape: unsqueezeShape(x.shape, axesOf(node, inputs) ?? []) }];
    },
    fold: (node, inputs) => {
      const x = inputs[0]!;
      return [reshaped(x, unsqueezeShape(x.shape, axesOf(node, infosOf(inputs)) ?? []))];
    },
    lower: toReshape,
  },
  Transpose: {
    schema: '1 1 1 0 perm:is',
    traits: ['arranging', 'linear', 'keepsSign'],
    infer: inferTranspose,
    fold: foldTranspose,
    lower: lowerTranspose,
    gradient: transposeGradient,
    excitation: transposeGradient,
  },
};
