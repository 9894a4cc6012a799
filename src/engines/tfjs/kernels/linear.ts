import type { Tensor } from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../../../graph/shapes.js';
import { floatOf, intOf, sizeOf } from '../../../onnx/graph.js';
import { input, type Kernel, type KernelTable, plain } from '../kernel.js';
import type { Tf } from '../value.js';

/** α·A·B + β·C. */
const gemm: Kernel = (context) => {
  const { tf, node } = context;
  const [a, b] = [input(context, 0).plain(), input(context, 1).plain()];
  const product = tf.matMul(a, b, intOf(node, 'transA', 0) === 1, intOf(node, 'transB', 0) === 1);
  const scaled = times(tf, product, floatOf(node, 'alpha', 1));
  const c = context.inputs[2];
  return plain(
    context,
    c === undefined ? scaled : tf.add(scaled, times(tf, c.plain(), floatOf(node, 'beta', 1))),
  );
};

function times(tf: Tf, x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : tf.mul(x, factor);
}

/** Product over the last two axes, the leading ones broadcast. */
const matMul: Kernel = (context) => {
  const { tf } = context;
  const [a, b] = [input(context, 0).plain(), input(context, 1).plain()];
  const [rows, inner, columns] = [a.shape[a.rank - 2]!, a.shape[a.rank - 1]!, b.shape[b.rank - 1]!];
  if (b.rank === 2) {
    const flat = tf.matMul(tf.reshape(a, [sizeOf(a.shape.slice(0, -1)), inner]), b);
    return plain(context, tf.reshape(flat, [...a.shape.slice(0, -1), columns]));
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const count = sizeOf(batch);
  const wide = (x: Tensor) => {
    const matrix = x.shape.slice(-2);
    const rows = sizeOf(x.shape.slice(0, -2));
    // One matrix for the whole batch, or one each; what lies between is copied out.
    const full =
      rows === 1 || rows === count
        ? x
        : tf.broadcastTo(tf.reshape(x, [...ones(batch, x.rank - 2), ...x.shape]), [...batch, ...matrix] as [
            number,
          ]);
    return tf.reshape(full, [rows === 1 ? 1 : count, ...matrix] as [number, number, number]);
  };
  return plain(context, tf.reshape(tf.matMul(wide(a), wide(b)), [...batch, rows, columns]));
};

function ones(batch: readonly number[], rank: number): number[] {
  return new Array<number>(batch.length - rank).fill(1);
}

export const linearKernels: KernelTable = { Gemm: gemm, MatMul: matMul };
