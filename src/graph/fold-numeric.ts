import { sigmoid } from '../base/probabilities.js';
import { type Constant, type DType, floatOf, intOf, type Node, numbersOf, sizeOf } from '../onnx/graph.js';
import { arrayOf } from '../onnx/tensor.js';
import { reducedAxes } from './parameters.js';
import { normalizeAxis } from './shapes.js';

/*
 * Operators on real numbers, computed at compile time: of constants, and of the few numbers that show what the end of a
 * network computes (scores/head.ts). Values that only serve shape arithmetic are in fold.ts.
 */

type Fold = (node: Node, inputs: readonly (Constant | undefined)[]) => Constant[];

const make = (dtype: DType, shape: readonly number[], values: ArrayLike<number>): Constant => ({
  dtype,
  shape,
  data: arrayOf(dtype, values),
});

const each =
  (apply: (x: number, node: Node) => number): Fold =>
  (node, [x]) => [
    make(
      x!.dtype,
      x!.shape,
      numbersOf(x!).map((value) => apply(value, node)),
    ),
  ];

/** Abramowitz and Stegun 7.1.26 refined by the series near 0: within 1.5e-7, which is float32's own step. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.5) {
    // The series converges in a few terms there, and keeps erf odd and exact at 0.
    let [term, sum] = [x, x];
    for (let n = 1; n < 12; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const t = 1 / (1 + 0.3275911 * a);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-a * a));
}

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** Applies `line` to the numbers along one axis, one line of them after the other. */
const alongAxis =
  (line: (values: readonly number[]) => readonly number[]): Fold =>
  (node, [x]) => {
    const axis = normalizeAxis(intOf(node, 'axis', -1), x!.shape.length);
    const values = numbersOf(x!);
    const out = new Array<number>(values.length);
    const [length, inner] = [x!.shape[axis]!, sizeOf(x!.shape.slice(axis + 1))];
    for (let start = 0; start < values.length; start += length * inner) {
      for (let i = 0; i < inner; i++) {
        const at = (k: number) => start + i + k * inner;
        line(Array.from({ length }, (_, k) => values[at(k)]!)).forEach((value, k) => {
          out[at(k)] = value;
        });
      }
    }
    return [make(x!.dtype, x!.shape, out)];
  };

/** A constant may have more numbers than a call takes arguments. */
const largestOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const smallestOf = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));

function logSumExp(values: readonly number[]): number {
  const largest = largestOf(values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

const reduction =
  (reduce: (values: readonly number[]) => number): Fold =>
  (node, inputs) => {
    const [x] = inputs;
    const rank = x!.shape.length;
    const infos = inputs.map((known) => known && { dtype: known.dtype, shape: known.shape, known });
    const axes = new Set(reducedAxes(node, infos).map((axis) => normalizeAxis(axis, rank)));
    const kept = x!.shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
    numbersOf(x!).forEach((value, at) => {
      let [rest, place, step] = [at, 0, 1];
      for (let axis = rank - 1; axis >= 0; axis--) {
        const index = rest % x!.shape[axis]!;
        rest = (rest - index) / x!.shape[axis]!;
        if (!axes.has(axis)) place += index * step;
        step *= kept[axis]!;
      }
      groups[place]!.push(value);
    });
    const keep = intOf(node, 'keepdims', 1) === 1;
    const shape = keep ? kept : kept.filter((_, axis) => !axes.has(axis));
    return [make(x!.dtype, shape, groups.map(reduce))];
  };

/** Rows times a constant matrix: how a sum over the classes is written with ones. */
const product: Fold = (_node, [a, b]) => {
  const [left, right] = [numbersOf(a!), numbersOf(b!)];
  const [inner, columns] = b!.shape.slice(-2) as [number, number];
  const rows = left.length / inner;
  const values = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left[row * inner + k]! * right[k * columns + column]!;
    return sum;
  });
  return [make(a!.dtype, [...a!.shape.slice(0, -1), columns], values)];
};

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

export const numericFolds: Readonly<Record<string, Fold>> = {
  Sigmoid: each(sigmoid),
  Tanh: each(Math.tanh),
  Erf: each(erf),
  Softplus: each(softplus),
  Softsign: each((x) => x / (1 + Math.abs(x))),
  HardSigmoid: each((x, node) => clamp(floatOf(node, 'alpha', 0.2) * x + floatOf(node, 'beta', 0.5), 0, 1)),
  HardSwish: each((x) => x * clamp(x / 6 + 0.5, 0, 1)),
  Relu: each((x) => Math.max(0, x)),
  LeakyRelu: each((x, node) => (x < 0 ? floatOf(node, 'alpha', 0.01) * x : x)),
  Elu: each((x, node) => (x < 0 ? floatOf(node, 'alpha', 1) * Math.expm1(x) : x)),
  Abs: each(Math.abs),
  Sign: each(Math.sign),
  // Halves go to the even number.
  Round: each((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  Log: each(Math.log),
  Softmax: alongAxis((values) => {
    const whole = logSumExp(values);
    return values.map((value) => Math.exp(value - whole));
  }),
  LogSoftmax: alongAxis((values) => {
    const whole = logSumExp(values);
    return values.map((value) => value - whole);
  }),
  MatMul: product,
  ReduceSum: reduction(total),
  ReduceMean: reduction((values) => total(values) / values.length),
  ReduceMax: reduction(largestOf),
  ReduceMin: reduction(smallestOf),
};
