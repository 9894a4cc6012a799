import { ModelError } from '../../base/errors.js';
import { type Constant, describe, type Node } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';

/** The value that a `Constant` node holds, in whichever attribute. Throws ModelError for strings and sparse tensors. */
export function constantInfo(node: Node): Info {
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
