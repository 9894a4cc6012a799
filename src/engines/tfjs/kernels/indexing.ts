import type { Tensor } from '@tensorflow/tfjs-core';
import { normalizeAxis } from '../../../graph/shapes.js';
import { intOf, sizeOf, stringOf } from '../../../onnx/graph.js';
import { input, intsIn, type Kernel, type KernelTable, plain, unsupported } from '../kernel.js';

const gather: Kernel = (context) => {
  const { tf, node } = context;
  const data = input(context, 0);
  const indices = input(context, 1);
  const axis = normalizeAxis(intOf(node, 'axis', 0), data.shape.length);
  const size = tf.scalar(data.shape[axis]!, 'int32');
  const index = indices.plain();
  // Negative indices count from the end; only constants have them.
  const wrapped = indices.ints?.some((at) => at < 0) ? tf.mod(index, size) : index;
  return plain(context, tf.gather(data.plain(), wrapped, axis));
};

const oneHot: Kernel = (context) => {
  const { tf, node } = context;
  const ids = input(context, 0).plain();
  if (normalizeAxis(intOf(node, 'axis', -1), ids.rank + 1) !== ids.rank)
    unsupported(node, 'its axis is not the last');
  const [off, on] = input(context, 2).plain().dataSync() as Float32Array;
  // WASM always writes integers.
  const ones = tf.cast(tf.oneHot(ids, intsIn(context, 1)[0]!, 1, 0, 'int32'), 'float32');
  return plain(context, on === 1 && off === 0 ? ones : tf.add(tf.mul(ones, on! - off!), off!));
};

/** The k largest of the last axis, descending; of equals the lower index comes first. */
const topK: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0).plain();
  const axis = normalizeAxis(intOf(node, 'axis', -1), x.rank);
  if (axis !== x.rank - 1 || intOf(node, 'largest', 1) !== 1) {
    unsupported(node, 'it takes the smallest, or not along the last axis');
  }
  const { values, indices } = tf.topk(x, intsIn(context, 1)[0]!, true);
  return [plain(context, values), plain(context, indices)];
};

/** data[..., index[..., j], ...] += updates[..., j, ...] along one axis, over tensors flattened to one. */
const scatterElements: Kernel = (context) => {
  const { tf, node } = context;
  const [data, index, updates] = [0, 1, 2].map((i) => input(context, i).plain()) as [Tensor, Tensor, Tensor];
  if (stringOf(node, 'reduction', 'none') !== 'add') unsupported(node, 'its reduction is not "add"');
  const axis = normalizeAxis(intOf(node, 'axis', 0), data.rank);
  const strides = data.shape.map((_, i) => sizeOf(data.shape.slice(i + 1)));
  // The flat position of each update: its own coordinates, but along the axis the index.
  const position = index.shape.reduce<Tensor>(
    (sum, size, i) => {
      if (i === axis || size === 1) return sum;
      const shape = index.shape.map((_, at) => (at === i ? size : 1));
      const offsets = tf.mul(tf.range(0, size, 1, 'int32'), tf.scalar(strides[i]!, 'int32'));
      return tf.add(sum, tf.reshape(offsets, shape));
    },
    strides[axis] === 1 ? index : tf.mul(index, tf.scalar(strides[axis]!, 'int32')),
  );
  const count = sizeOf(index.shape);
  const added = tf.scatterND(tf.reshape(position, [count, 1]), tf.reshape(updates, [count]), [data.size]);
  return plain(context, tf.add(data, tf.reshape(added, data.shape)));
};

export const indexingKernels: KernelTable = {
  Gather: gather,
  OneHot: oneHot,
  TopK: topK,
  ScatterElements: scatterElements,
};
