import { intOf, intsOf, type Node } from '../../../src/onnx/graph.js';
import { type Inputs, integers, type Operators, required } from '../operator.js';
import { at, axisOf, forEachIndex, generate, type RefTensor, withAxis } from '../tensor.js';

/** Axes are an attribute up to opset 17 (ReduceSum: an input since 13), an input from 18: both are read. */
function reduction(combine: (values: readonly number[]) => number) {
  return (node: Node, inputs: Inputs): RefTensor[] => {
    const x = required(node, inputs, 0);
    const given = integers(inputs[1]) ?? intsOf(node, 'axes') ?? [];
    if (given.length === 0 && intOf(node, 'noop_with_empty_axes', 0) === 1) return [x];
    const all = x.shape.map((_, i) => i);
    const axes = given.length === 0 ? all : given.map((axis) => axisOf(axis, x.shape.length));
    const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    const block = x.shape.map((dim, i) => (axes.includes(i) ? dim : 1));
    const reduced = generate(
      kept,
      (index) => {
        const values: number[] = [];
        forEachIndex(block, (offset) =>
          values.push(
            at(
              x,
              index.map((i, axis) => i + offset[axis]!),
            ),
          ),
        );
        return combine(values);
      },
      x.dtype,
    );
    if (intOf(node, 'keepdims', 1) === 1) return [reduced];
    return [{ ...reduced, shape: kept.filter((_, i) => !axes.includes(i)) }];
  };
}

/** Position of the best value along an axis, the first of equals (or the last, when asked). */
function argBest(better: (candidate: number, best: number) => boolean) {
  return (node: Node, inputs: Inputs): RefTensor[] => {
    const x = required(node, inputs, 0);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
    const takeLast = intOf(node, 'select_last_index', 0) === 1;
    const kept = withAxis(x.shape, axis, 1);
    const positions = generate(
      kept,
      (index) => {
        let best = 0;
        for (let i = 1; i < x.shape[axis]!; i++) {
          const [candidate, leader] = [at(x, withAxis(index, axis, i)), at(x, withAxis(index, axis, best))];
          if (better(candidate, leader) || (takeLast && candidate === leader)) best = i;
        }
        return best;
      },
      'int64',
    );
    if (intOf(node, 'keepdims', 1) === 1) return [positions];
    return [{ ...positions, shape: kept.filter((_, i) => i !== axis) }];
  };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

export const reductions: Operators = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction((values) => sum(values) / values.length),
  ReduceMax: reduction((values) => values.reduce((a, b) => Math.max(a, b))),
  ReduceMin: reduction((values) => values.reduce((a, b) => Math.min(a, b))),
  ReduceProd: reduction((values) => values.reduce((a, b) => a * b, 1)),
  ReduceSumSquare: reduction((values) => sum(values.map((value) => value * value))),
  ReduceL1: reduction((values) => sum(values.map(Math.abs))),
  ReduceL2: reduction((values) => Math.sqrt(sum(values.map((value) => value * value)))),
  ReduceLogSum: reduction((values) => Math.log(sum(values))),
  ReduceLogSumExp: reduction((values) => Math.log(sum(values.map(Math.exp)))),
  ArgMax: argBest((candidate, best) => candidate > best),
  ArgMin: argBest((candidate, best) => candidate < best),
  /** The k largest (or smallest) along an axis, best first; the lower index first among equals. */
  TopK: (node, inputs) => {
    const x = required(node, inputs, 0);
    const k = required(node, inputs, 1).data[0]!;
    const axis = axisOf(intOf(node, 'axis', -1), x.shape.length);
    const sign = intOf(node, 'largest', 1) === 1 ? -1 : 1;
    const shape = withAxis(x.shape, axis, k);
    const ranked = (index: readonly number[]): number[] =>
      Array.from({ length: x.shape[axis]! }, (_, i) => i).sort(
        (i, j) => sign * (at(x, withAxis(index, axis, i)) - at(x, withAxis(index, axis, j))) || i - j,
      );
    const indices = generate(shape, (index) => ranked(index)[index[axis]!]!, 'int64');
    const values = generate(shape, (index) => at(x, withAxis(index, axis, at(indices, index))), x.dtype);
    return [values, indices];
  },
};
