import type { Tensor } from '@tensorflow/tfjs-core';
import { type Node, stringOf } from '../../../onnx/graph.js';
import { input, intsIn, type Kernel, type KernelTable, plain, unsupported } from '../kernel.js';
import type { Tf } from '../value.js';

/** Linear or nearest interpolation, axis by axis: each axis is a product with a matrix of [to, from] weights. */
const resize: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0);
  const has = (position: number) => (context.inputs[position]?.shape[0] ?? 0) > 0;
  const scales = has(2) ? [...input(context, 2).plain().dataSync()] : undefined;
  const sizes = has(3)
    ? intsIn(context, 3)
    : scales?.map((scale, axis) => Math.floor(x.shape[axis]! * scale));
  if (sizes === undefined) return unsupported(node, 'it has neither sizes nor scales');
  let tensor = x.plain();
  sizes.forEach((to, axis) => {
    const from = x.shape[axis]!;
    if (to === from) return;
    const weights = weightsOf(node, from, to, scales?.[axis] ?? to / from);
    tensor = alongAxis(tf, tensor, axis, tf.tensor2d(weights, [to, from]));
  });
  return plain(context, tensor === x.plain() ? tensor.clone() : tensor);
};

/** Row-major [to, from]: how much each output position takes from each input position. */
function weightsOf(node: Node, from: number, to: number, scale: number): Float32Array {
  const mode = stringOf(node, 'mode', 'nearest');
  if (mode !== 'linear' && mode !== 'nearest') unsupported(node, `its mode is ${mode}`);
  const weights = new Float32Array(to * from);
  const inside = (at: number) => Math.min(from - 1, Math.max(0, at));
  for (let i = 0; i < to; i++) {
    const point = coordinate(node, i, from, to, scale);
    if (mode === 'nearest') {
      weights[i * from + inside(nearest(node, point))] = 1;
      continue;
    }
    const base = Math.floor(point);
    weights[i * from + inside(base)]! += base + 1 - point;
    weights[i * from + inside(base + 1)]! += point - base;
  }
  return weights;
}

/** Where output position `i` lies in the input. */
function coordinate(node: Node, i: number, from: number, to: number, scale: number): number {
  const mode = stringOf(node, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'asymmetric':
      return i / scale;
    case 'align_corners':
      return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    default:
      return unsupported(node, `its coordinates are ${mode}`);
  }
}

function nearest(node: Node, point: number): number {
  const mode = stringOf(node, 'nearest_mode', 'round_prefer_floor');
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(point - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(point + 0.5);
    case 'floor':
      return Math.floor(point);
    case 'ceil':
      return Math.ceil(point);
    default:
      return unsupported(node, `its rounding is ${mode}`);
  }
}

/** x with one axis multiplied by a [to, from] matrix. */
function alongAxis(tf: Tf, x: Tensor, axis: number, weights: Tensor): Tensor {
  const order = x.shape.map((_, i) => i);
  const last = [...order.filter((i) => i !== axis), axis];
  const moved = tf.transpose(x, last);
  const [to, from] = weights.shape as [number, number];
  const product = tf.matMul(tf.reshape(moved, [x.size / from, from]), weights as never, false, true);
  const shaped = tf.reshape(product, [...moved.shape.slice(0, -1), to]);
  return tf.transpose(
    shaped,
    order.map((i) => last.indexOf(i)),
  );
}

export const resizeKernels: KernelTable = { Resize: resize };
