import { intOf, intsOf, type Node } from '../../../src/onnx/graph.js';
import { type Inputs, type Operators, required } from '../operator.js';
import { at, flatIndex, forEachIndex, generate, isInside, type RefTensor, tensor } from '../tensor.js';
import { outputSizes, tapPosition, type Window, windowOf } from '../window.js';

function geometry(node: Node, x: RefTensor): { window: Window; shape: number[] } {
  const kernel = intsOf(node, 'kernel_shape');
  if (kernel === undefined) throw new Error(`${node.op}: kernel_shape is required`);
  const window = windowOf(node, kernel, x.shape.slice(2));
  return { window, shape: [x.shape[0]!, x.shape[1]!, ...outputSizes(node, window, x.shape.slice(2))] };
}

/** Flat position of the largest element under the window; the first of equals, −1 for a window without any. */
function argmax(x: RefTensor, window: Window, n: number, c: number, out: readonly number[]): number {
  let best = -1;
  forEachIndex(window.kernel, (tap) => {
    const position = [n, c, ...tapPosition(window, out, tap)];
    if (!isInside(x.shape, position)) return;
    const flat = flatIndex(x.shape, position);
    if (best < 0 || x.data[flat]! > x.data[best]!) best = flat;
  });
  return best;
}

/**
 * Mean under the window. With `count_include_pad` the pads count in the denominator, but never the space beyond
 * them into which a `ceil_mode` window may reach.
 */
function average(node: Node, x: RefTensor, window: Window, [n, c, ...out]: readonly number[]): number {
  const includePad = intOf(node, 'count_include_pad', 0) === 1;
  const spatial = x.shape.slice(2);
  let sum = 0;
  let count = 0;
  forEachIndex(window.kernel, (tap) => {
    const position = tapPosition(window, out, tap);
    const inside = isInside(spatial, position);
    if (inside) sum += at(x, [n!, c!, ...position]);
    const padded = position.every((p, i) => p < spatial[i]! + window.padsEnd[i]!);
    if (inside || (includePad && padded)) count++;
  });
  return sum / count;
}

function global(reduce: (values: readonly number[]) => number) {
  return (node: Node, inputs: Inputs) => {
    const x = required(node, inputs, 0);
    const spatial = x.shape.slice(2);
    const shape = [x.shape[0]!, x.shape[1]!, ...spatial.map(() => 1)];
    return [
      generate(shape, ([n, c]) => {
        const values: number[] = [];
        forEachIndex(spatial, (position) => values.push(at(x, [n!, c!, ...position])));
        return reduce(values);
      }),
    ];
  };
}

export const pooling: Operators = {
  MaxPool: (node, inputs) => {
    const x = required(node, inputs, 0);
    const { window, shape } = geometry(node, x);
    const indices = generate(shape, ([n, c, ...out]) => argmax(x, window, n!, c!, out), 'int64');
    const values = Float64Array.from(indices.data, (i) => (i < 0 ? Number.NEGATIVE_INFINITY : x.data[i]!));
    return [tensor(shape, values), indices];
  },
  AveragePool: (node, inputs) => {
    const x = required(node, inputs, 0);
    const { window, shape } = geometry(node, x);
    return [generate(shape, (index) => average(node, x, window, index))];
  },
  GlobalAveragePool: global((values) => values.reduce((a, b) => a + b, 0) / values.length),
  GlobalMaxPool: global((values) => Math.max(...values)),
  /** Puts each value at the flat position that its index names; zero elsewhere. */
  MaxUnpool: (node, inputs) => {
    const x = required(node, inputs, 0);
    const positions = required(node, inputs, 1);
    const kernel = intsOf(node, 'kernel_shape') ?? [];
    const window = windowOf(node, kernel, x.shape.slice(2));
    const inferred = kernel.map(
      (k, i) => (x.shape[i + 2]! - 1) * window.strides[i]! + k - window.padsBegin[i]! - window.padsEnd[i]!,
    );
    const given = inputs[2];
    const shape = given ? Array.from(given.data) : [x.shape[0]!, x.shape[1]!, ...inferred];
    const y = Float64Array.from(generate(shape, () => 0).data);
    positions.data.forEach((position, i) => {
      y[position] = x.data[i]!;
    });
    return [tensor(shape, y)];
  },
};
