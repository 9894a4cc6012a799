import { ModelError } from '../base/errors.js';
import type { Constant } from '../onnx/graph.js';
import { StoredConstant } from '../onnx/stored.js';
import { arrayOf, bytesOf } from '../onnx/tensor.js';

/** A one-dimensional int64 constant. */
export const int64 = (values: readonly number[]): Constant => ({
  dtype: 'int64',
  shape: [values.length],
  data: arrayOf('int64', values),
});

/** float64 copy of a float constant's values, for arithmetic at compile time. */
export function floatsOf(constant: Constant): Float64Array {
  if (constant.dtype !== 'float32' && constant.dtype !== 'float64') {
    throw new ModelError(
      `weights of type ${constant.dtype} (${bytesOf(constant).length} bytes) are not supported; export in float32`,
    );
  }
  return Float64Array.from(constant.data as Float32Array);
}

/** The same numbers in another shape. A copy by `...` would lose `data`, which is no property of weights from a file. */
export function reshaped(constant: Constant, shape: readonly number[]): Constant {
  if (constant instanceof StoredConstant) return constant.reshaped(shape);
  return { dtype: constant.dtype, shape, data: constant.data };
}
