import { type Constant, intOf } from '../../onnx/graph.js';
import { flatGatherShape } from '../flat-gather.js';
import { sliceRange } from '../fold.js';
import { slicesOf, splitSizes } from '../parameters.js';
import { normalizeAxis } from '../shapes.js';
import type { InferTable } from './rule.js';

/** Parts of a value, or of its shape. */
export const indexing: InferTable = {
  Slice: (node, inputs) => {
    const x = inputs[0]!;
    const shape = [...x.shape];
    for (const { axis, start, end, step } of slicesOf(node, inputs)) {
      shape[axis] = sliceRange(x.shape[axis]!, start, end, step).count;
    }
    return [{ dtype: x.dtype, shape }];
  },
  Split: (node, inputs) => {
    const x = inputs[0]!;
    const axis = normalizeAxis(intOf(node, 'axis', 0), x.shape.length);
    return splitSizes(node, inputs).map((size) => ({
      dtype: x.dtype,
      shape: x.shape.map((dim, i) => (i === axis ? size : dim)),
    }));
  },
  Gather: (node, [data, index], batch) => {
    const flat = flatGatherShape(node, [data!, index!], batch);
    if (flat !== undefined) return [{ dtype: data!.dtype, shape: flat }];
    const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
    return [
      {
        dtype: data!.dtype,
        shape: [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
      },
    ];
  },
  Shape: (node, [x]) => {
    const rank = x!.shape.length;
    const bound = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
    const dims = x!.shape.slice(bound(intOf(node, 'start', 0)), bound(intOf(node, 'end', rank)));
    const known: Constant = { dtype: 'int64', shape: [dims.length], data: BigInt64Array.from(dims, BigInt) };
    return [{ dtype: 'int64', shape: known.shape, known }];
  },
};
