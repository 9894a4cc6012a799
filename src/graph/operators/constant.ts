import { ModelError } from '../../base/errors.js';
import { type Constant, describe, intOf, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import type { Info } from '../parameters.js';
import { bounded, make } from './folding.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';

/** The value that a `Constant` node holds, in whichever attribute. Throws ModelError for strings and sparse tensors. */
function constantInfo(node: Node): Info {
  const { value, value_float, value_int, value_ints, value_floats } = node.attributes;
  const known = ((): Constant | undefined => {
    if (value?.type === 'tensor') return value.value;
    if (value_float?.type === 'float')
      return { dtype: 'float32', shape: [], data: Float32Array.of(value_float.value) };
    if (value_int?.type === 'int')
      return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value_int.value)) };
    if (value_ints?.type === 'ints') {
      return {
        dtype: 'int64',
        shape: [value_ints.value.length],
        data: BigInt64Array.from(value_ints.value, BigInt),
      };
    }
    if (value_floats?.type === 'floats') {
      return {
        dtype: 'float32',
        shape: [value_floats.value.length],
        data: Float32Array.from(value_floats.value),
      };
    }
    return undefined;
  })();
  if (known === undefined)
    throw new ModelError(`${describe(node)} holds a kind of value that is not supported`);
  return { dtype: known.dtype, shape: known.shape, known };
}

const inferShape: Infer = (node, [x]) => {
  const rank = x!.shape.length;
  const bound = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  const known = int64(x!.shape.slice(bound(intOf(node, 'start', 0)), bound(intOf(node, 'end', rank))));
  return [{ dtype: 'int64', shape: known.shape, known }];
};

const foldOfShape: Fold = (node, [shape]) => {
  const fill = node.attributes.value?.type === 'tensor' ? node.attributes.value.value : undefined;
  const dims = bounded(numbersOf(shape!));
  const value = fill === undefined ? 0 : numbersOf(fill)[0]!;
  return [make(fill?.dtype ?? 'float32', dims, new Array<number>(sizeOf(dims)).fill(value))];
};

const foldRange: Fold = (_node, inputs) => {
  const [from, to, by] = inputs.map((constant) => numbersOf(constant!)[0]!) as [number, number, number];
  const [length] = bounded([Math.max(0, Math.ceil((to - from) / by))]) as [number];
  const values = Array.from({ length }, (_, i) => from + i * by);
  return [make(inputs[0]!.dtype, [length], values)];
};

/** Values that hold nothing of the image. */
export const constant: OperatorFamily = {
  Constant: {
    schema:
      '0 0 1 - value:t value_float:f value_floats:fs value_int:i value_ints:is value_string:s value_strings:ss',
    infer: (node) => [constantInfo(node)],
  },
  Shape: { schema: '1 1 1 0 end:i start:i', traits: ['readsShape'], infer: inferShape },
  ConstantOfShape: { schema: '1 1 1 0 value:t', traits: ['parameterised'], fold: foldOfShape },
  Range: { schema: '3 3 1 012', fold: foldRange },
};
