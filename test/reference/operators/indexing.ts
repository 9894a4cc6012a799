import { intOf, type Node, sizeOf, stringOf } from '../../../src/onnx/graph.js';
import { type Operators, required } from '../operator.js';
import { at, axisOf, dtypeOf, flatIndex, forEachIndex, generate, tensor, withAxis } from '../tensor.js';

function combineOf(node: Node): (old: number, update: number) => number {
  const reduction = stringOf(node, 'reduction', 'none');
  if (reduction === 'none') return (_, update) => update;
  if (reduction === 'add') return (old, update) => old + update;
  if (reduction === 'mul') return (old, update) => old * update;
  if (reduction === 'max') return Math.max;
  if (reduction === 'min') return Math.min;
  throw new Error(`${node.op}: reduction ${reduction}`);
}

const wrap = (i: number, dim: number) => {
  const positive = i < 0 ? i + dim : i;
  if (positive < 0 || positive >= dim) throw new Error(`index ${i} outside of ${dim}`);
  return positive;
};

export const indexing: Operators = {
  Gather: (node, inputs) => {
    const x = required(node, inputs, 0);
    const indices = required(node, inputs, 1);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
    const rank = indices.shape.length;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    const value = (index: readonly number[]): number => {
      const chosen = wrap(at(indices, index.slice(axis, axis + rank)), x.shape[axis]!);
      return at(x, [...index.slice(0, axis), chosen, ...index.slice(axis + rank)]);
    };
    return [generate(shape, value, dtypeOf(x))];
  },
  GatherElements: (node, inputs) => {
    const x = required(node, inputs, 0);
    const indices = required(node, inputs, 1);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
    const value = (index: readonly number[]) =>
      at(x, withAxis(index, axis, wrap(at(indices, index), x.shape[axis]!)));
    return [generate(indices.shape, value, dtypeOf(x))];
  },
  GatherND: (node, inputs) => {
    const x = required(node, inputs, 0);
    const indices = required(node, inputs, 1);
    const batch = intOf(node, 'batch_dims', 0);
    const depth = indices.shape.at(-1)!;
    const lead = indices.shape.slice(0, -1);
    const value = (index: readonly number[]): number => {
      const outer = index.slice(0, lead.length);
      const chosen = Array.from({ length: depth }, (_, d) =>
        wrap(at(indices, [...outer, d]), x.shape[batch + d]!),
      );
      return at(x, [...index.slice(0, batch), ...chosen, ...index.slice(lead.length)]);
    };
    return [generate([...lead, ...x.shape.slice(batch + depth)], value, dtypeOf(x))];
  },
  ScatterElements: (node, inputs) => {
    const x = required(node, inputs, 0);
    const indices = required(node, inputs, 1);
    const updates = required(node, inputs, 2);
    const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
    const combine = combineOf(node);
    const y = Float64Array.from(x.data);
    forEachIndex(indices.shape, (index) => {
      const target = withAxis(index, axis, wrap(at(indices, index), x.shape[axis]!));
      const flat = flatIndex(x.shape, target);
      y[flat] = combine(y[flat]!, at(updates, index));
    });
    return [tensor(x.shape, y, dtypeOf(x))];
  },
  ScatterND: (node, inputs) => {
    const x = required(node, inputs, 0);
    const indices = required(node, inputs, 1);
    const updates = required(node, inputs, 2);
    const combine = combineOf(node);
    const depth = indices.shape.at(-1)!;
    const block = x.shape.slice(depth);
    const y = Float64Array.from(x.data);
    forEachIndex(indices.shape.slice(0, -1), (outer) => {
      const target = Array.from({ length: depth }, (_, d) => wrap(at(indices, [...outer, d]), x.shape[d]!));
      forEachIndex(block, (inner) => {
        const flat = flatIndex(x.shape, [...target, ...inner]);
        y[flat] = combine(y[flat]!, at(updates, [...outer, ...inner]));
      });
    });
    return [tensor(x.shape, y, dtypeOf(x))];
  },
  OneHot: (node, inputs) => {
    const indices = required(node, inputs, 0);
    const depth = required(node, inputs, 1).data[0]!;
    const values = required(node, inputs, 2);
    const axis = axisOf(intOf(node, 'axis', -1), indices.shape.length + 1);
    const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
    const value = (index: readonly number[]): number => {
      const hot = at(
        indices,
        index.filter((_, i) => i !== axis),
      );
      return values.data[(hot < 0 ? hot + depth : hot) === index[axis] ? 1 : 0]!;
    };
    return [generate(shape, value, dtypeOf(values))];
  },
  CumSum: (node, inputs) => {
    const x = required(node, inputs, 0);
    const axis = axisOf(required(node, inputs, 1).data[0]!, x.shape.length);
    const exclusive = intOf(node, 'exclusive', 0) === 1;
    const reverse = intOf(node, 'reverse', 0) === 1;
    const value = (index: readonly number[]): number => {
      let sum = 0;
      for (let i = 0; i < x.shape[axis]!; i++) {
        const before = reverse ? i > index[axis]! : i < index[axis]!;
        if (before || (i === index[axis] && !exclusive)) sum += at(x, withAxis(index, axis, i));
      }
      return sum;
    };
    return [generate(x.shape, value, dtypeOf(x))];
  },
  Range: (node, inputs) => {
    const start = required(node, inputs, 0);
    const [limit, delta] = [required(node, inputs, 1).data[0]!, required(node, inputs, 2).data[0]!];
    const length = Math.max(0, Math.ceil((limit - start.data[0]!) / delta));
    return [generate([length], ([i]) => start.data[0]! + i! * delta, dtypeOf(start))];
  },
  Shape: (node, inputs) => {
    const { shape } = required(node, inputs, 0);
    const end = intOf(node, 'end', shape.length);
    const dims = shape.slice(intOf(node, 'start', 0), end);
    return [tensor([dims.length], dims, 'int64')];
  },
  Size: (node, inputs) => [tensor([], [sizeOf(required(node, inputs, 0).shape)], 'int64')],
};
