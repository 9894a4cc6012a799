import type { DType } from '../../src/onnx/graph.js';
import { sizeOf } from '../../src/onnx/graph.js';

/** A tensor as the reference interpreter sees it: row-major, every element type held as a JS number. */
export interface RefTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array | readonly number[];
  /** Absent means float32; it decides only whether arithmetic is that of integers. */
  readonly dtype?: DType;
}

export function tensor(
  shape: readonly number[],
  data: Float64Array | readonly number[],
  dtype: DType = 'float32',
): RefTensor {
  if (data.length !== sizeOf(shape)) {
    throw new Error(`shape [${shape}] needs ${sizeOf(shape)} values, got ${data.length}`);
  }
  return { shape, data, dtype };
}

export function scalar(value: number, dtype: DType = 'float32'): RefTensor {
  return tensor([], [value], dtype);
}

export function dtypeOf(x: RefTensor): DType {
  return x.dtype ?? 'float32';
}

export function isInteger(dtype: DType): boolean {
  return dtype.startsWith('int') || dtype.startsWith('uint');
}

export function flatIndex(shape: readonly number[], index: readonly number[]): number {
  let flat = 0;
  for (let i = 0; i < shape.length; i++) flat = flat * shape[i]! + index[i]!;
  return flat;
}

export function at(x: RefTensor, index: readonly number[]): number {
  return x.data[flatIndex(x.shape, index)]!;
}

/** Like `at`, but 0 outside of the tensor. */
export function atOrZero(x: RefTensor, index: readonly number[]): number {
  return isInside(x.shape, index) ? at(x, index) : 0;
}

export function isInside(shape: readonly number[], index: readonly number[]): boolean {
  return index.every((i, axis) => i >= 0 && i < shape[axis]!);
}

/** Calls `visit` with every index of `shape` in row-major order; the array passed is reused. */
export function forEachIndex(shape: readonly number[], visit: (index: readonly number[]) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) {
    visit(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The tensor whose element at each index is `value(index)`. */
export function generate(
  shape: readonly number[],
  value: (index: readonly number[]) => number,
  dtype: DType = 'float32',
): RefTensor {
  const data = new Float64Array(sizeOf(shape));
  let flat = 0;
  forEachIndex(shape, (index) => {
    data[flat++] = value(index);
  });
  return tensor(shape, data, dtype);
}

export function map(x: RefTensor, f: (value: number) => number, dtype: DType = dtypeOf(x)): RefTensor {
  return tensor(x.shape, Float64Array.from(x.data, f), dtype);
}

/** The shape that numpy's broadcasting gives, or an error naming the two. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[i - rank + a.length] ?? 1;
    const q = b[i - rank + b.length] ?? 1;
    if (p !== q && p !== 1 && q !== 1) throw new Error(`cannot broadcast [${a}] with [${b}]`);
    return p === 1 ? q : p;
  });
}

/** Element of `x` under the index of a shape that `x` broadcasts to. */
export function atBroadcast(x: RefTensor, index: readonly number[]): number {
  const skip = index.length - x.shape.length;
  return at(
    x,
    x.shape.map((dim, i) => (dim === 1 ? 0 : index[i + skip]!)),
  );
}

export function zip(
  a: RefTensor,
  b: RefTensor,
  f: (p: number, q: number) => number,
  dtype: DType = dtypeOf(a),
): RefTensor {
  return generate(
    broadcastShape(a.shape, b.shape),
    (index) => f(atBroadcast(a, index), atBroadcast(b, index)),
    dtype,
  );
}

/** Axis counted from the end when negative. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive > rank) throw new Error(`axis ${axis} outside of rank ${rank}`);
  return positive;
}

/** `index` with the entry of one axis replaced. */
export function withAxis(index: readonly number[], axis: number, value: number): number[] {
  return index.map((i, a) => (a === axis ? value : i));
}
