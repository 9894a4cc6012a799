import type { Tensor } from '@tensorflow/tfjs-core';
import { broadcastShapes, normalizeAxis } from '../../../graph/shapes.js';
import { intOf, intsOf, sizeOf, stringOf } from '../../../onnx/graph.js';
import {
  input,
  intsIn,
  type Kernel,
  type KernelContext,
  type KernelTable,
  layoutOf,
  plain,
  unsupported,
  valueIn,
} from '../kernel.js';
import { positionOf, type Tf } from '../value.js';

const reshape: Kernel = (context) => {
  const x = input(context, 0);
  const target = intsIn(context, 1).map((dim, axis) => (dim === 0 ? x.shape[axis]! : dim));
  const known = sizeOf(target.filter((dim) => dim !== -1));
  const shape = target.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim));
  return plain(context, context.tf.reshape(x.plain(), shape), x.ints);
};

/** In one transposition for either layout. */
const transpose: Kernel = (context) => {
  const x = input(context, 0);
  const perm = intsOf(context.node, 'perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const physical = perm.map((axis) => positionOf(axis, x.layout));
  return plain(context, context.tf.transpose(x.in(x.layout), physical));
};

const concat: Kernel = (context) => {
  const values = context.inputs.map((_, i) => input(context, i));
  const layout = layoutOf(values);
  const axis = normalizeAxis(intOf(context.node, 'axis', 1), values[0]!.shape.length);
  const tensors = values.map((value) => value.in(layout));
  const joined = context.tf.concat(tensors, positionOf(axis, layout));
  if (layout === 'plain' && values.every(({ ints }) => ints !== undefined) && values[0]!.shape.length === 1) {
    return plain(
      context,
      joined,
      values.flatMap(({ ints }) => ints!),
    );
  }
  return valueIn(context, joined, layout);
};

const slice: Kernel = (context) => {
  const x = input(context, 0);
  const rank = x.shape.length;
  const starts = intsIn(context, 1);
  const ends = intsIn(context, 2);
  const axes = context.inputs[3] === undefined ? starts.map((_, i) => i) : intsIn(context, 3);
  const steps = context.inputs[4] === undefined ? starts.map(() => 1) : intsIn(context, 4);
  let tensor = x.in(x.layout);
  let ints = rank === 1 ? x.ints : undefined;
  axes.forEach((given, i) => {
    const axis = normalizeAxis(given, rank);
    const [from, count] = rangeOf(x.shape[axis]!, starts[i]!, ends[i]!, steps[i]!);
    tensor = sliced(context.tf, tensor, positionOf(axis, x.layout), from, count, steps[i]!);
    ints = ints && Array.from({ length: count }, (_, at) => ints![from + at * steps[i]!]!);
  });
  const result = axes.length === 0 ? tensor.clone() : tensor;
  return ints === undefined ? valueIn(context, result, x.layout) : plain(context, result, ints);
};

/** First position and number of positions that a slice takes from an axis. */
function rangeOf(size: number, start: number, end: number, step: number): [number, number] {
  const bound = (at: number, low: number, high: number) =>
    Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const from = bound(start, step > 0 ? 0 : 0, high);
  // "To the very beginning" is written as the smallest int64.
  const to = step < 0 && end < -size ? -1 : bound(end, low, high);
  return [from, Math.max(0, Math.ceil((to - from) / step))];
}

function sliced(tf: Tf, x: Tensor, axis: number, from: number, count: number, step: number): Tensor {
  if (step === 1) {
    const begin = x.shape.map((_, i) => (i === axis ? from : 0));
    return tf.slice(
      x,
      begin,
      x.shape.map((dim, i) => (i === axis ? count : dim)),
    );
  }
  const picks = Int32Array.from({ length: count }, (_, at) => from + at * step);
  return tf.gather(x, tf.tensor1d(picks, 'int32'), axis);
}

const split: Kernel = (context) => {
  const x = input(context, 0);
  const axis = normalizeAxis(intOf(context.node, 'axis', 0), x.shape.length);
  const parts = context.node.outputs.length;
  const even = Math.ceil(x.shape[axis]! / parts);
  const sizes =
    context.inputs[1] === undefined
      ? context.node.outputs.map((_, i) => Math.min(even, x.shape[axis]! - i * even))
      : intsIn(context, 1);
  return context.tf
    .split(x.in(x.layout), [...sizes], positionOf(axis, x.layout))
    .map((part) => valueIn(context, part, x.layout));
};

/** Negative pads crop. */
const pad: Kernel = (context) => {
  const { tf, node } = context;
  const x = input(context, 0);
  const rank = x.shape.length;
  const pads = intsIn(context, 1);
  const mode = stringOf(node, 'mode', 'constant');
  const value = context.inputs[2] === undefined ? 0 : Number(context.inputs[2].plain().dataSync()[0]);
  let tensor = x.in(x.layout);
  x.shape.forEach((size, axis) => {
    const [before, after] = [pads[axis]!, pads[rank + axis]!];
    if (before === 0 && after === 0) return;
    const at = positionOf(axis, x.layout);
    if (mode !== 'constant') {
      const picks = Int32Array.from({ length: size + before + after }, (_, i) =>
        source(context, mode, i - before, size),
      );
      tensor = tf.gather(tensor, tf.tensor1d(picks, 'int32'), at);
      return;
    }
    const [cutBefore, cutAfter] = [Math.max(0, -before), Math.max(0, -after)];
    if (cutBefore + cutAfter > 0) tensor = sliced(tf, tensor, at, cutBefore, size - cutBefore - cutAfter, 1);
    if (before <= 0 && after <= 0) return;
    const around = tensor.shape.map((_, i): [number, number] =>
      i === at ? [Math.max(0, before), Math.max(0, after)] : [0, 0],
    );
    tensor = tf.pad(tensor, around, value);
  });
  return valueIn(context, tensor === x.in(x.layout) ? tensor.clone() : tensor, x.layout);
};

/** The position that a padded one copies. */
function source({ node }: KernelContext, mode: string, at: number, size: number): number {
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, at));
  if (mode === 'reflect') return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  return unsupported(node, `its padding mode is ${mode}`);
}

const expand: Kernel = (context) => {
  const x = input(context, 0);
  const shape = broadcastShapes(x.shape, intsIn(context, 1));
  const layout = shape.length === 4 ? layoutOf([x]) : 'plain';
  const target = shape.map(
    (_, at) => shape[[0, 1, 2, 3].find((axis) => positionOf(axis, layout) === at) ?? at]!,
  );
  return valueIn(
    context,
    context.tf.broadcastTo(x.in(layout), (layout === 'plain' ? [...shape] : target) as [number]),
    layout,
  );
};

const shapeOf: Kernel = (context) => {
  const { shape } = input(context, 0);
  const end = intOf(context.node, 'end', shape.length);
  const dims = shape.slice(intOf(context.node, 'start', 0), end);
  return plain(context, context.tf.tensor1d([...dims], 'int32'), dims);
};

const constantOfShape: Kernel = (context) => {
  const value = context.node.attributes.value;
  const constant = value?.type === 'tensor' ? value.value : undefined;
  const dtype = constant === undefined || constant.dtype === 'float32' ? 'float32' : 'int32';
  const fill = constant === undefined ? 0 : Number(constant.data[0]);
  return plain(context, context.tf.fill([...intsIn(context, 0)] as [number], fill, dtype));
};

export const shapingKernels: KernelTable = {
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Slice: slice,
  Split: split,
  Pad: pad,
  Expand: expand,
  Shape: shapeOf,
  ConstantOfShape: constantOfShape,
};
