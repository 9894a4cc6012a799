import { floatOf, intOf } from '../../../src/onnx/graph.js';
import { type Operators, required } from '../operator.js';
import { at, atBroadcast, broadcastShape, generate, type RefTensor } from '../tensor.js';

/** Element [..., i, j] of a stack of matrices whose leading axes broadcast to `batch`. */
function entry(x: RefTensor, batch: readonly number[], i: number, j: number): number {
  const lead = x.shape.slice(0, -2);
  const skip = batch.length - lead.length;
  return at(x, [...lead.map((dim, axis) => (dim === 1 ? 0 : batch[axis + skip]!)), i, j]);
}

export const linear: Operators = {
  Gemm: (node, inputs) => {
    const a = required(node, inputs, 0);
    const b = required(node, inputs, 1);
    const c = inputs[2];
    const [transA, transB] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0)];
    const [alpha, beta] = [floatOf(node, 'alpha', 1), floatOf(node, 'beta', 1)];
    const inner = a.shape[transA ? 0 : 1]!;
    if (inner !== b.shape[transB ? 1 : 0]) throw new Error(`Gemm: [${a.shape}] by [${b.shape}]`);
    return [
      generate([a.shape[transA ? 1 : 0]!, b.shape[transB ? 0 : 1]!], ([i, j]) => {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += at(a, transA ? [k, i!] : [i!, k]) * at(b, transB ? [j!, k] : [k, j!]);
        }
        return alpha * sum + (c ? beta * atBroadcast(c, [i!, j!]) : 0);
      }),
    ];
  },
  /** As numpy.matmul: a vector becomes a matrix with one row (left) or one column (right), and goes again. */
  MatMul: (node, inputs) => {
    const left = required(node, inputs, 0);
    const right = required(node, inputs, 1);
    const a = left.shape.length === 1 ? { ...left, shape: [1, ...left.shape] } : left;
    const b = right.shape.length === 1 ? { ...right, shape: [...right.shape, 1] } : right;
    const inner = a.shape.at(-1)!;
    if (inner !== b.shape.at(-2)) throw new Error(`MatMul: [${left.shape}] by [${right.shape}]`);
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const full = generate([...batch, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
      const [i, j] = [index.at(-2)!, index.at(-1)!];
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += entry(a, index.slice(0, -2), i, k) * entry(b, index.slice(0, -2), k, j);
      return sum;
    });
    const shape = [
      ...batch,
      ...(left.shape.length === 1 ? [] : [a.shape.at(-2)!]),
      ...(right.shape.length === 1 ? [] : [b.shape.at(-1)!]),
    ];
    return [{ ...full, shape }];
  },
};
