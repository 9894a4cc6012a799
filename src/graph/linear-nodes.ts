import type { Node } from '../onnx/graph.js';

/*
 * Which nodes are linear (or affine) in what is computed from the image. What is not known to be linear counts as not:
 * a rule that is made for linear operators and rectifiers must never meet something else in their name.
 */

/** Linear in their data whatever it is. */
const LINEAR = new Set(
  (
    'Identity Cast Neg Sum Add Sub Reshape Transpose Concat Slice Split Gather Pad Expand Flatten Squeeze Unsqueeze ' +
    'AveragePool GlobalAveragePool ReduceMean ReduceSum BatchNormalization'
  ).split(' '),
);

/** Products: linear where one factor alone depends on the image. */
const PRODUCTS = new Set(['Mul', 'Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** @param computed values that depend on the image */
export function isLinear({ op, domain, inputs }: Node, computed: ReadonlySet<string>): boolean {
  if (domain !== '') return false;
  if (LINEAR.has(op)) return true;
  if (PRODUCTS.has(op)) return inputs.slice(0, 2).filter((name) => computed.has(name)).length < 2;
  if (op === 'Div') return !computed.has(inputs[1] ?? '');
  return false;
}
