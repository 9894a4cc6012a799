import { intOf, intsOf, sizeOf, stringOf } from '../../../src/onnx/graph.js';
import { integers, type Operators, required } from '../operator.js';
import { at, atBroadcast, axisOf, broadcastShape, dtypeOf, generate, tensor, withAxis } from '../tensor.js';

export const shaping: Operators = {
  Flatten: (node, inputs) => {
    const x = required(node, inputs, 0);
    const axis = axisOf(intOf(node, 'axis', 1), x.shape.length);
    return [{ ...x, shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] }];
  },
  Reshape: (node, inputs) => {
    const x = required(node, inputs, 0);
    const allowZero = intOf(node, 'allowzero', 0) === 1;
    const wanted = integers(required(node, inputs, 1))!;
    const shape = wanted.map((dim, i) => (dim === 0 && !allowZero ? x.shape[i]! : dim));
    const known = sizeOf(shape.filter((dim) => dim !== -1));
    return [
      tensor(
        shape.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim)),
        x.data,
        dtypeOf(x),
      ),
    ];
  },
  Squeeze: (node, inputs) => {
    const x = required(node, inputs, 0);
    const given = integers(inputs[1]) ?? intsOf(node, 'axes');
    const ones = x.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
    const axes = given?.map((axis) => axisOf(axis, x.shape.length)) ?? ones;
    if (axes.some((axis) => x.shape[axis] !== 1)) throw new Error(`Squeeze: [${x.shape}] at axes ${axes}`);
    return [{ ...x, shape: x.shape.filter((_, i) => !axes.includes(i)) }];
  },
  Unsqueeze: (node, inputs) => {
    const x = required(node, inputs, 0);
    const given = integers(inputs[1]) ?? intsOf(node, 'axes') ?? [];
    const rank = x.shape.length + given.length;
    const axes = given.map((axis) => axisOf(axis, rank));
    const rest = [...x.shape];
    return [{ ...x, shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)) }];
  },
  Transpose: (node, inputs) => {
    const x = required(node, inputs, 0);
    const order = intsOf(node, 'perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    const source = (index: readonly number[]) => x.shape.map((_, axis) => index[order.indexOf(axis)]!);
    return [
      generate(
        order.map((axis) => x.shape[axis]!),
        (index) => at(x, source(index)),
        dtypeOf(x),
      ),
    ];
  },
  Concat: (node, inputs) => {
    const parts = node.inputs.map((_, i) => required(node, inputs, i));
    const first = parts[0]!;
    const axis = axisOf(intOf(node, 'axis', 0), first.shape.length);
    const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
    const value = (index: readonly number[]): number => {
      let offset = index[axis]!;
      for (const part of parts) {
        if (offset < part.shape[axis]!) return at(part, withAxis(index, axis, offset));
        offset -= part.shape[axis]!;
      }
      throw new Error('Concat: index out of range');
    };
    return [generate(withAxis(first.shape, axis, total), value, dtypeOf(first))];
  },
  Split: (node, inputs) => {
    const x = required(node, inputs, 0);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
    const count = intOf(node, 'num_outputs', node.outputs.length);
    const each = Math.ceil(x.shape[axis]! / count);
    const sizes =
      integers(inputs[1]) ??
      Array.from({ length: count }, (_, i) => Math.min(each, x.shape[axis]! - i * each));
    return sizes.map((size, part) => {
      const start = sizes.slice(0, part).reduce((a, b) => a + b, 0);
      const value = (index: readonly number[]) => at(x, withAxis(index, axis, index[axis]! + start));
      return generate(withAxis(x.shape, axis, size), value, dtypeOf(x));
    });
  },
  Expand: (node, inputs) => {
    const x = required(node, inputs, 0);
    const shape = broadcastShape(x.shape, integers(required(node, inputs, 1))!);
    return [generate(shape, (index) => atBroadcast(x, index), dtypeOf(x))];
  },
  Tile: (node, inputs) => {
    const x = required(node, inputs, 0);
    const repeats = integers(required(node, inputs, 1))!;
    const shape = x.shape.map((dim, i) => dim * repeats[i]!);
    return [
      generate(
        shape,
        (index) =>
          at(
            x,
            index.map((i, axis) => i % x.shape[axis]!),
          ),
        dtypeOf(x),
      ),
    ];
  },
  /** Slices with Python's rules: negative counts from the end, out of range is clamped. */
  Slice: (node, inputs) => {
    const x = required(node, inputs, 0);
    const starts = integers(required(node, inputs, 1))!;
    const ends = integers(required(node, inputs, 2))!;
    const axes = (integers(inputs[3]) ?? starts.map((_, i) => i)).map((axis) => axisOf(axis, x.shape.length));
    const steps = integers(inputs[4]) ?? starts.map(() => 1);
    const first = x.shape.map(() => 0);
    const step = x.shape.map(() => 1);
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      const dim = x.shape[axis]!;
      const by = steps[i]!;
      const [lowest, highest] = by > 0 ? [0, dim] : [-1, dim - 1];
      const clamp = (p: number) => Math.min(highest, Math.max(lowest, p < 0 ? p + dim : p));
      first[axis] = clamp(starts[i]!);
      step[axis] = by;
      shape[axis] = Math.max(0, Math.ceil((clamp(ends[i]!) - first[axis]!) / by));
    });
    const value = (index: readonly number[]) =>
      at(
        x,
        index.map((i, axis) => first[axis]! + i * step[axis]!),
      );
    return [generate(shape, value, dtypeOf(x))];
  },
  /** Pads per axis, begins then ends; a negative pad crops. */
  Pad: (node, inputs) => {
    const x = required(node, inputs, 0);
    const given = integers(required(node, inputs, 1))!;
    const fill = inputs[2]?.data[0] ?? 0;
    const rank = x.shape.length;
    const axes = integers(inputs[3])?.map((axis) => axisOf(axis, rank)) ?? x.shape.map((_, i) => i);
    const begin = x.shape.map((_, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : 0));
    const end = x.shape.map((_, axis) =>
      axes.includes(axis) ? given[axes.indexOf(axis) + axes.length]! : 0,
    );
    const mode = stringOf(node, 'mode', 'constant');
    const source = (i: number, dim: number): number => {
      if (mode === 'edge') return Math.min(dim - 1, Math.max(0, i));
      if (mode === 'reflect') return i < 0 ? -i : i >= dim ? 2 * (dim - 1) - i : i;
      if (mode === 'wrap') return ((i % dim) + dim) % dim;
      return i;
    };
    const shape = x.shape.map((dim, axis) => dim + begin[axis]! + end[axis]!);
    const value = (index: readonly number[]): number => {
      const from = index.map((i, axis) => source(i - begin[axis]!, x.shape[axis]!));
      return from.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at(x, from) : fill;
    };
    return [generate(shape, value, dtypeOf(x))];
  },
};
