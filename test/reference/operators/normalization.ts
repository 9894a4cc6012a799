import { floatOf, intOf, type Node } from '../../../src/onnx/graph.js';
import { type Inputs, type Operators, required } from '../operator.js';
import { at, atBroadcast, axisOf, forEachIndex, generate, type RefTensor, withAxis } from '../tensor.js';

/** Values along one axis through `index`. */
function line(x: RefTensor, index: readonly number[], axis: number): number[] {
  return Array.from({ length: x.shape[axis]! }, (_, i) => at(x, withAxis(index, axis, i)));
}

function softmaxLike(finish: (x: number, max: number, sum: number) => number) {
  return (node: Node, inputs: Inputs) => {
    const x = required(node, inputs, 0);
    const axis = axisOf(intOf(node, 'axis', -1), x.shape.length);
    return [
      generate(x.shape, (index) => {
        const values = line(x, index, axis);
        const max = Math.max(...values);
        const sum = values.reduce((total, value) => total + Math.exp(value - max), 0);
        return finish(at(x, index), max, sum);
      }),
    ];
  };
}

export const normalization: Operators = {
  Softmax: softmaxLike((x, max, sum) => Math.exp(x - max) / sum),
  LogSoftmax: softmaxLike((x, max, sum) => x - max - Math.log(sum)),
  BatchNormalization: (node, inputs) => {
    const x = required(node, inputs, 0);
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => required(node, inputs, i).data);
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    return [
      generate(x.shape, (index) => {
        const c = index[1]!;
        return ((at(x, index) - mean![c]!) / Math.sqrt(variance![c]! + epsilon)) * scale![c]! + shift![c]!;
      }),
    ];
  },
  LayerNormalization: (node, inputs) => {
    const x = required(node, inputs, 0);
    const scale = required(node, inputs, 1);
    const shift = inputs[2];
    const axis = axisOf(intOf(node, 'axis', -1), x.shape.length);
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    const inner = x.shape.slice(axis);
    const outer = x.shape.map((dim, i) => (i < axis ? dim : 1));
    const group = (index: readonly number[]): number[] => {
      const values: number[] = [];
      forEachIndex(inner, (rest) => values.push(at(x, [...index.slice(0, axis), ...rest])));
      return values;
    };
    const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const mean = generate(outer, (index) => average(group(index)));
    const inverse = generate(outer, (index) => {
      const m = atBroadcast(mean, index);
      return 1 / Math.sqrt(average(group(index).map((value) => (value - m) ** 2)) + epsilon);
    });
    const y = generate(
      x.shape,
      (index) =>
        (at(x, index) - atBroadcast(mean, index)) * atBroadcast(inverse, index) * atBroadcast(scale, index) +
        (shift ? atBroadcast(shift, index) : 0),
    );
    return [y, mean, inverse];
  },
  InstanceNormalization: (node, inputs) => {
    const x = required(node, inputs, 0);
    const [scale, shift] = [required(node, inputs, 1), required(node, inputs, 2)];
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    const spatial = x.shape.slice(2);
    return [
      generate(x.shape, (index) => {
        const [n, c] = [index[0]!, index[1]!];
        const values: number[] = [];
        forEachIndex(spatial, (position) => values.push(at(x, [n, c, ...position])));
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
        return ((at(x, index) - mean) / Math.sqrt(variance + epsilon)) * scale.data[c]! + shift.data[c]!;
      }),
    ];
  },
  /** Division by (bias + alpha/size · Σ squares over `size` channels around)^beta. */
  LRN: (node, inputs) => {
    const x = required(node, inputs, 0);
    const size = intOf(node, 'size', 1);
    const [alpha, beta] = [floatOf(node, 'alpha', 1e-4), floatOf(node, 'beta', 0.75)];
    const bias = floatOf(node, 'bias', 1);
    const channels = x.shape[1]!;
    return [
      generate(x.shape, (index) => {
        const first = Math.max(0, index[1]! - Math.floor((size - 1) / 2));
        const last = Math.min(channels - 1, index[1]! + Math.ceil((size - 1) / 2));
        let squares = 0;
        for (let c = first; c <= last; c++) squares += at(x, withAxis(index, 1, c)) ** 2;
        return at(x, index) / (bias + (alpha / size) * squares) ** beta;
      }),
    ];
  },
};
