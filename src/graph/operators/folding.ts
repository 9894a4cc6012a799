import { ModelError } from '../../base/errors.js';
import { type Constant, type DType, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import { arrayOf } from '../../onnx/tensor.js';
import type { Info } from '../parameters.js';
import { broadcastShapes, sameShape, stridesOf } from '../shapes.js';
import type { Fold } from './operator.js';

/*
 * Ways to compute an operator at compile time: of constants, of shapes, and of the few numbers that show what the end of a
 * network computes (scores/tail.ts).
 */

const LARGEST_RESULT = 1 << 22;

export const make = (dtype: DType, shape: readonly number[], values: ArrayLike<number>): Constant => ({
  dtype,
  shape,
  data: arrayOf(dtype, values),
});

/** The same function of every number. */
export const each =
  (apply: (x: number, node: Node) => number): Fold =>
  (node, [x]) => [
    make(
      x!.dtype,
      x!.shape,
      numbersOf(x!).map((value) => apply(value, node)),
    ),
  ];

/** A function of two operands that are broadcast. */
export function binary(
  apply: (a: number, b: number, integer: boolean) => number,
  result?: DType,
): (a: Constant, b: Constant) => Constant {
  return (a, b) => {
    const shape = bounded(broadcastShapes(a.shape, b.shape));
    const integer = a.dtype === 'int64' || a.dtype === 'int32';
    if (sameShape(a.shape, b.shape)) {
      const right = numbersOf(b);
      return make(
        result ?? a.dtype,
        shape,
        numbersOf(a).map((value, i) => apply(value, right[i]!, integer)),
      );
    }
    const at = (constant: Constant) => {
      const values = numbersOf(constant);
      const strides = stridesOf(constant.shape);
      const lead = shape.length - constant.shape.length;
      return (index: readonly number[]) => {
        let offset = 0;
        for (let axis = 0; axis < constant.shape.length; axis++) {
          if (constant.shape[axis] !== 1) offset += index[lead + axis]! * strides[axis]!;
        }
        return values[offset]!;
      };
    };
    const [left, right] = [at(a), at(b)];
    const values = indices(shape).map((index) => apply(left(index), right(index), integer));
    return make(result ?? a.dtype, shape, values);
  };
}

export const ofTwo = (...given: Parameters<typeof binary>): Fold => {
  const apply = binary(...given);
  return (_node, [a, b]) => [apply(a!, b!)];
};

/** Of any number of operands, one after the other. */
export const ofMany = (pair: (a: number, b: number) => number): Fold => {
  const apply = binary(pair);
  return (_node, [first, ...rest]) => [rest.reduce<Constant>((all, next) => apply(all, next!), first!)];
};

/** Applies `line` to the numbers along one axis, one line of them after the other. */
export function alongAxis(
  x: Constant,
  axis: number,
  line: (values: readonly number[]) => readonly number[],
): Constant {
  const values = numbersOf(x);
  const out = new Array<number>(values.length);
  const [length, inner] = [x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))];
  for (let start = 0; start < values.length; start += length * inner) {
    for (let i = 0; i < inner; i++) {
      const at = (k: number) => start + i + k * inner;
      line(Array.from({ length }, (_, k) => values[at(k)]!)).forEach((value, k) => {
        out[at(k)] = value;
      });
    }
  }
  return make(x.dtype, x.shape, out);
}

/** The constant whose value at an index is that of `x` at the index that `from` gives. */
export function picked(
  x: Constant,
  shape: readonly number[],
  from: (index: readonly number[]) => readonly number[],
): Constant {
  const [values, strides] = [numbersOf(x), stridesOf(x.shape)];
  const at = (index: readonly number[]) =>
    from(index).reduce((sum, position, axis) => sum + position * strides[axis]!, 0);
  return make(
    x.dtype,
    shape,
    indices(shape).map((index) => values[at(index)]!),
  );
}

/** The shape itself. Throws where a node would make more than any constant of a network holds. */
export function bounded(shape: readonly number[]): readonly number[] {
  if (shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && sizeOf(shape) <= LARGEST_RESULT)
    return shape;
  throw new ModelError(`a constant of shape [${shape.join(',')}] is none that a network needs`);
}

/** Every index of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, dim) => all.flatMap((index) => Array.from({ length: dim }, (_, i) => [...index, i])),
    [[]],
  );
}

/** Constants as what is known of a node's inputs. */
export const infosOf = (inputs: readonly (Constant | undefined)[]): readonly (Info | undefined)[] =>
  inputs.map((known) => known && { dtype: known.dtype, shape: known.shape, known });

/** A constant may have more numbers than a call takes arguments. */
export const largestOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));

export function logSumExp(values: readonly number[]): number {
  const largest = largestOf(values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
