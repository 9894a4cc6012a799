import { ModelError } from '../../base/errors.js';
import { describe, intOf, intsOf } from '../../onnx/graph.js';
import { checkSide } from '../contract.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import { windowsOf } from '../windows.js';
import type { InferTable } from './rule.js';

/** Products with weights. */
export const linear: InferTable = {
  Conv: (node, [x, weight, bias]) => {
    const w = weight!.shape;
    const group = intOf(node, 'group', 1);
    if (x!.shape.length !== w.length || x!.shape[1] !== w[1]! * group || w[0]! % group !== 0) {
      throw new ModelError(
        `${describe(node)}: weights [${w.join(',')}] in ${group} group(s) do not fit its input [${x!.shape.join(',')}]`,
      );
    }
    checkSide(node, 'bias', bias, [w[0]!]);
    const kernel = intsOf(node, 'kernel_shape') ?? w.slice(2);
    if (!sameShape(kernel, w.slice(2))) {
      throw new ModelError(
        `${describe(node)}: weights [${w.join(',')}] do not fit kernel_shape [${kernel.join(',')}]`,
      );
    }
    const { output } = windowsOf(node, x!.shape.slice(2), kernel);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, w[0]!, ...output] }];
  },
  Gemm: (node, [a, b, c]) => {
    const [rows, inner] =
      intOf(node, 'transA', 0) === 1 ? [a!.shape[1], a!.shape[0]] : [a!.shape[0], a!.shape[1]];
    const [depth, columns] =
      intOf(node, 'transB', 0) === 1 ? [b!.shape[1], b!.shape[0]] : [b!.shape[0], b!.shape[1]];
    if (a!.shape.length !== 2 || b!.shape.length !== 2 || inner !== depth) {
      throw new ModelError(
        `${describe(node)}: weights [${b!.shape.join(',')}] do not fit its input [${a!.shape.join(',')}]; is the input size right?`,
      );
    }
    if (c !== undefined && !sameShape(broadcastShapes([rows!, columns!], c.shape), [rows!, columns!])) {
      throw new ModelError(
        `${describe(node)}: bias [${c.shape.join(',')}] does not fit its output [${rows},${columns}]`,
      );
    }
    return [{ dtype: a!.dtype, shape: [rows!, columns!] }];
  },
  MatMul: (node, [a, b]) => {
    const [left, right] = [a!.shape, b!.shape];
    const inner = right[Math.max(0, right.length - 2)];
    if (left.length === 1 && right.length > 1) {
      throw new ModelError(
        `${describe(node)}: its input [${left.join(',')}] has no axis for the batch; export the model without squeezing that away`,
      );
    }
    if (left.length < 2 || right.length < 2 || left[left.length - 1] !== inner) {
      throw new ModelError(
        `${describe(node)}: shapes [${left.join(',')}] and [${right.join(',')}] cannot be multiplied; is the input size right?`,
      );
    }
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    return [{ dtype: a!.dtype, shape: [...batch, left[left.length - 2]!, right[right.length - 1]!] }];
  },
};
