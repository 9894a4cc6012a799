import { ModelError } from '../base/errors.js';

/** Row-major strides in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** An axis counted from the front. Throws ModelError when it is outside of the rank. */
export function normalizeAxis(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!(at >= 0 && at < Math.max(1, rank)))
    throw new ModelError(`axis ${axis} does not exist in a tensor of rank ${rank}`);
  return at;
}

/** The shape that numpy's rules give to an operation on both. Throws ModelError when they do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ModelError(`shapes [${a.join(',')}] and [${b.join(',')}] do not fit together`);
    }
    return left === 1 ? right : left;
  });
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
