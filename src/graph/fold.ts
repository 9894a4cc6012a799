import { ModelError, messageOf } from '../base/errors.js';
import {
  type Constant,
  type DType,
  describe,
  floatOf,
  intOf,
  intsOf,
  type Node,
  numbersOf,
  sizeOf,
} from '../onnx/graph.js';
import { arrayOf, dtypeOf } from '../onnx/tensor.js';
import { reshaped } from './constants.js';
import { numericFolds } from './fold-numeric.js';
import { broadcastShapes, normalizeAxis, sameShape, stridesOf } from './shapes.js';

/** Weights beyond this many elements are left to the engine: folding serves shape arithmetic and small weights. */
const LARGEST_FOLD = 1 << 18;
const LARGEST_RESULT = 1 << 22;

/** These only give the same numbers another shape. */
const FREE = new Set(['Identity', 'Dropout', 'Reshape', 'Squeeze', 'Unsqueeze']);

type Fold = (node: Node, inputs: readonly (Constant | undefined)[]) => Constant[];

const make = (dtype: DType, shape: readonly number[], values: ArrayLike<number>): Constant => ({
  dtype,
  shape,
  data: arrayOf(dtype, values),
});

function binary(apply: (a: number, b: number, integer: boolean) => number, result?: DType): Fold {
  return (_node, inputs) => {
    const [a, b] = [inputs[0]!, inputs[1]!];
    const shape = bounded(broadcastShapes(a.shape, b.shape));
    const integer = a.dtype === 'int64' || a.dtype === 'int32';
    if (sameShape(a.shape, b.shape)) {
      const right = numbersOf(b);
      return [
        make(
          result ?? a.dtype,
          shape,
          numbersOf(a).map((value, i) => apply(value, right[i]!, integer)),
        ),
      ];
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
    return [make(result ?? a.dtype, shape, values)];
  };
}

function unary(apply: (x: number) => number): Fold {
  return (_node, inputs) => {
    const x = inputs[0]!;
    return [make(x.dtype, x.shape, numbersOf(x).map(apply))];
  };
}

/** The shape itself. Throws where a node would make more than any constant of a network holds. */
function bounded(shape: readonly number[]): readonly number[] {
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

const axesOf = (node: Node, inputs: readonly (Constant | undefined)[], position: number) =>
  inputs[position] === undefined ? intsOf(node, 'axes') : numbersOf(inputs[position]);

/** Of any number of operands, one after the other. */
const folded =
  (apply: (a: number, b: number) => number): Fold =>
  (node, inputs) => {
    const pair = binary(apply);
    const [first, ...rest] = inputs;
    return [rest.reduce((all, next) => pair(node, [all, next])[0], first)!];
  };

const FOLDS: Readonly<Record<string, Fold>> = {
  ...numericFolds,
  Identity: (_node, [x]) => [x!],
  Dropout: (_node, [x]) => [x!],
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, integer) => (integer ? Math.trunc(a / b) : a / b)),
  Mod: binary((a, b) => a - b * Math.floor(a / b)),
  Pow: binary((a, b) => a ** b),
  Sum: folded((a, b) => a + b),
  Min: folded((a, b) => Math.min(a, b)),
  Max: folded((a, b) => Math.max(a, b)),
  GreaterOrEqual: binary((a, b) => Number(a >= b), 'bool'),
  LessOrEqual: binary((a, b) => Number(a <= b), 'bool'),
  Equal: binary((a, b) => Number(a === b), 'bool'),
  Greater: binary((a, b) => Number(a > b), 'bool'),
  Less: binary((a, b) => Number(a < b), 'bool'),
  Neg: unary((x) => -x),
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Exp: unary(Math.exp),
  Reciprocal: unary((x) => 1 / x),
  Cast: (node, [x]) => {
    const dtype = dtypeOf(intOf(node, 'to', 1)) ?? 'float32';
    const values = numbersOf(x!);
    return [make(dtype, x!.shape, dtype === 'bool' ? values.map((value) => Number(value !== 0)) : values)];
  },
  Concat: (node, inputs) => {
    const first = inputs[0]!;
    const axis = normalizeAxis(intOf(node, 'axis', 0), first.shape.length);
    const shape = [...first.shape];
    shape[axis] = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
    const outer = sizeOf(shape.slice(0, axis));
    const parts = inputs.map((input) => ({
      values: numbersOf(input!),
      block: sizeOf(input!.shape.slice(axis)),
    }));
    const values = Array.from({ length: outer }, (_, row) =>
      parts.flatMap(({ values: all, block }) => all.slice(row * block, (row + 1) * block)),
    ).flat();
    return [make(first.dtype, shape, values)];
  },
  Gather: (node, [data, index]) => {
    const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
    const [outer, inner] = [sizeOf(data!.shape.slice(0, axis)), sizeOf(data!.shape.slice(axis + 1))];
    const length = data!.shape[axis]!;
    const values = numbersOf(data!);
    const picked: number[] = [];
    for (let row = 0; row < outer; row++) {
      for (const at of numbersOf(index!)) {
        const start = (row * length + (at < 0 ? at + length : at)) * inner;
        for (let i = 0; i < inner; i++) picked.push(values[start + i]!);
      }
    }
    return [
      make(
        data!.dtype,
        [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
        picked,
      ),
    ];
  },
  Slice: (node, [data, starts, ends, axes, steps]) => {
    const from = starts ? numbersOf(starts) : [...(intsOf(node, 'starts') ?? [])];
    const to = ends ? numbersOf(ends) : [...(intsOf(node, 'ends') ?? [])];
    const over = axes ? numbersOf(axes) : [...(intsOf(node, 'axes') ?? from.map((_, i) => i))];
    const by = steps ? numbersOf(steps) : from.map(() => 1);
    const picks = data!.shape.map((dim) => Array.from({ length: dim }, (_, i) => i));
    over.forEach((axis, i) => {
      const at = normalizeAxis(axis, data!.shape.length);
      picks[at] = slicePicks(data!.shape[at]!, from[i]!, to[i]!, by[i]!);
    });
    const shape = picks.map((pick) => pick.length);
    const strides = stridesOf(data!.shape);
    const values = numbersOf(data!);
    const out = indices(shape).map(
      (index) => values[index.reduce((sum, at, axis) => sum + picks[axis]![at]! * strides[axis]!, 0)]!,
    );
    return [make(data!.dtype, shape, out)];
  },
  Transpose: (node, [x]) => {
    const perm = intsOf(node, 'perm') ?? x!.shape.map((_, i) => x!.shape.length - 1 - i);
    const shape = perm.map((axis) => x!.shape[axis]!);
    const strides = stridesOf(x!.shape);
    const values = numbersOf(x!);
    const out = indices(shape).map(
      (index) => values[index.reduce((sum, at, axis) => sum + at * strides[perm[axis]!]!, 0)]!,
    );
    return [make(x!.dtype, shape, out)];
  },
  Reshape: (_node, [x, target]) => [reshaped(x!, reshapeTo(x!.shape, numbersOf(target!)))],
  Squeeze: (node, inputs) => {
    const x = inputs[0]!;
    const axes = axesOf(node, inputs, 1)?.map((axis) => normalizeAxis(axis, x.shape.length));
    return [
      reshaped(
        x,
        x.shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
      ),
    ];
  },
  Unsqueeze: (node, inputs) => {
    const x = inputs[0]!;
    const axes = axesOf(node, inputs, 1) ?? [];
    return [reshaped(x, unsqueezeShape(x.shape, axes))];
  },
  ConstantOfShape: (node, [shape]) => {
    const fill = node.attributes.value?.type === 'tensor' ? node.attributes.value.value : undefined;
    const dims = bounded(numbersOf(shape!));
    const value = fill === undefined ? 0 : numbersOf(fill)[0]!;
    return [make(fill?.dtype ?? 'float32', dims, new Array<number>(sizeOf(dims)).fill(value))];
  },
  Expand: (_node, [x, target]) => {
    const dims = bounded(numbersOf(target!));
    const zeros = make(x!.dtype, dims, new Array<number>(sizeOf(dims)).fill(0));
    return binary((a) => a)(_node, [x, zeros]);
  },
  Where: (node, [condition, a, b]) => {
    const chosen = binary((x, y) => (x !== 0 ? y : Number.NaN));
    const [picked] = chosen(node, [make('float64', condition!.shape, numbersOf(condition!)), a]);
    return binary((x, y) => (Number.isNaN(x) ? y : x), a!.dtype)(node, [picked, b]);
  },
  Tile: (_node, [x, repeats]) => {
    const times = numbersOf(repeats!);
    const shape = bounded(x!.shape.map((dim, axis) => dim * times[axis]!));
    const [values, strides] = [numbersOf(x!), stridesOf(x!.shape)];
    const at = (index: readonly number[]) =>
      index.reduce((sum, i, axis) => sum + (i % x!.shape[axis]!) * strides[axis]!, 0);
    return [
      make(
        x!.dtype,
        shape,
        indices(shape).map((index) => values[at(index)]!),
      ),
    ];
  },
  Range: (_node, [start, limit, delta]) => {
    const [from, to, by] = [start, limit, delta].map((constant) => numbersOf(constant!)[0]!) as [
      number,
      number,
      number,
    ];
    const [length] = bounded([Math.max(0, Math.ceil((to - from) / by))]) as [number];
    return [
      make(
        start!.dtype,
        [length],
        Array.from({ length }, (_, i) => from + i * by),
      ),
    ];
  },
  ReduceProd: (node, [x]) => {
    const keep = intOf(node, 'keepdims', 1) === 1;
    return [make(x!.dtype, keep ? x!.shape.map(() => 1) : [], [numbersOf(x!).reduce((a, b) => a * b, 1)])];
  },
  Clip: (node, [x, min, max]) => {
    const low = min ? numbersOf(min)[0]! : floatOf(node, 'min', Number.NEGATIVE_INFINITY);
    const high = max ? numbersOf(max)[0]! : floatOf(node, 'max', Number.POSITIVE_INFINITY);
    return unary((value) => Math.min(high, Math.max(low, value)))(node, [x]);
  },
};

/** Where a slice of an axis starts and how many positions it picks, with numpy's rules. */
export function sliceRange(dim: number, start: number, end: number, step: number) {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(high, Math.max(low, at < 0 ? at + dim : at));
  // With a negative step, "before the start" is the end that includes position 0.
  const before = end < -dim ? -1 : clamp(end, -1, dim - 1);
  const [from, stop] =
    step > 0 ? [clamp(start, 0, dim), clamp(end, 0, dim)] : [clamp(start, 0, dim - 1), before];
  return { from, count: step === 0 ? 0 : Math.max(0, Math.ceil((stop - from) / step)) };
}

export function slicePicks(dim: number, start: number, end: number, step: number): number[] {
  const { from, count } = sliceRange(dim, start, end, step);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** Resolves the 0 (keep) and -1 (the rest) of a Reshape's target. */
export function reshapeTo(from: readonly number[], target: readonly number[]): number[] {
  const shape = target.map((dim, axis) => (dim === 0 ? (from[axis] ?? 0) : dim));
  const rest = shape.indexOf(-1);
  if (rest >= 0)
    shape[rest] = sizeOf(from) / shape.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  return shape;
}

export function unsqueezeShape(shape: readonly number[], axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const at = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : shape[next++]!));
}

/** Rows times a matrix that fits them. */
function isPlainProduct([a, b]: readonly (Constant | undefined)[]): boolean {
  return a !== undefined && b?.shape.length === 2 && a.shape.length > 1 && a.shape.at(-1) === b.shape[0];
}

/** Whether `foldNode` knows the operator. */
export function folds({ op, domain }: Node): boolean {
  return domain === '' && Object.hasOwn(FOLDS, op);
}

/**
 * Computes a node whose inputs are all known, or returns undefined where the engine has to.
 * @param inputs undefined for absent optional inputs
 */
export function foldNode(node: Node, inputs: readonly (Constant | undefined)[]): Constant[] | undefined {
  const fold = folds(node) ? FOLDS[node.op] : undefined;
  if (fold === undefined) return undefined;
  const large = inputs.some((input) => input !== undefined && sizeOf(input.shape) > LARGEST_FOLD);
  if (large && !FREE.has(node.op)) return undefined;
  if (node.op === 'MatMul' && !isPlainProduct(inputs)) return undefined;
  if (inputs.some((input) => input?.dtype === 'float16' || input?.dtype === 'bfloat16')) return undefined;
  try {
    return fold(node, inputs);
  } catch (error) {
    throw new ModelError(`${describe(node)}: its constant inputs do not fit together (${messageOf(error)})`);
  }
}
