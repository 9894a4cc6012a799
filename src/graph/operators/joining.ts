import { ModelError } from '../../base/errors.js';
import { describe, intOf, numbersOf, sizeOf } from '../../onnx/graph.js';
import { normalizeAxis } from '../shapes.js';
import { sizeAlong } from './broadcasting.js';
import { make } from './folding.js';
import { int } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { rectified } from './rectifier.js';
import { type BackwardRule, refuse } from './rule.js';

const inferConcat: Infer = (node, inputs) => {
  const first = inputs[0]!;
  const axis = normalizeAxis(intOf(node, 'axis', 1), first.shape.length);
  for (const input of inputs) {
    if (
      input!.shape.length !== first.shape.length ||
      input!.shape.some((dim, i) => i !== axis && dim !== first.shape[i])
    ) {
      throw new ModelError(
        `${describe(node)}: parts [${first.shape.join(',')}] and [${input!.shape.join(',')}] cannot be joined along axis ${axis}`,
      );
    }
  }
  const total = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
  return [{ dtype: first.dtype, shape: first.shape.map((dim, i) => (i === axis ? total : dim)) }];
};

const foldConcat: Fold = (node, inputs) => {
  const first = inputs[0]!;
  const axis = normalizeAxis(intOf(node, 'axis', 0), first.shape.length);
  const shape = [...first.shape];
  shape[axis] = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
  const outer = sizeOf(shape.slice(0, axis));
  const parts = inputs.map((input) => ({
    values: numbersOf(input!),
    block: sizeOf(input!.shape.slice(axis)),
  }));
  const values = Array.from({ length: outer }, (_, row) =>
    parts.flatMap(({ values: all, block }) => all.slice(row * block, (row + 1) * block)),
  ).flat();
  return [make(first.dtype, shape, values)];
};

/** Each part gets its own slice. */
const concatGradient: BackwardRule = ({ b, node, g, needs }) => {
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
  if (!whole || new Set(node.inputs).size < node.inputs.length) return concatGradient(context);
  const parts = concatGradient({ ...context, g: rectified(b, rule, g, node.outputs[0]!) });
  for (const part of parts) if (part !== undefined) b.markRectified(part, rule);
  return parts;
};

export const joining: OperatorFamily = {
  Concat: {
    schema: '1 * 1 * axis:i',
    traits: ['linear', 'keepsCommonSign'],
    infer: inferConcat,
    fold: foldConcat,
    lower: ({ node, inputs, emit }) =>
      emit({ attributes: { axis: int(normalizeAxis(intOf(node, 'axis', 1), inputs[0]!.shape.length)) } }),
    gradient: concatOfRectified,
    excitation: concatGradient,
  },
};
