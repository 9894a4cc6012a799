import type { Node } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { sameShape } from '../shapes.js';
import { refuse } from './rule.js';

/**
 * Sums a backward value [N·k, ...from] over the axes along which a forward value of dims `to` was broadcast.
 * `to` may have fewer axes (numpy aligns them at the end).
 */
export function unbroadcast(
  b: GraphBuilder,
  g: string,
  from: readonly number[],
  to: readonly number[],
): string {
  if (sameShape(from, to)) return g;
  const lead = from.length - to.length;
  const axes = from.flatMap((dim, axis) =>
    axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis + 1] : [],
  );
  const summed =
    axes.length === 0 ? g : b.add('ReduceSum', [g, b.ints(axes)], { keepdims: { type: 'int', value: 1 } });
  return lead === 0 ? summed : b.reshape(summed, [-1, ...to]);
}

/** Dims of an operand, and a check that its batch axis lines up with the result's. */
export function operandDims(b: GraphBuilder, node: Node, position: number): readonly number[] {
  const [operand, result] = [b.type(node.inputs[position]!), b.type(node.outputs[0]!)];
  if (operand.batched && operand.dims.length !== result.dims.length) {
    refuse(node, 'for operands whose batch axes do not line up', 'export the model with explicit shapes');
  }
  return operand.dims;
}

/** g [N·k, ...dims] times a forward value of dims `own`, which may be broadcast but has as many axes. */
export function timesBroadcast(
  b: GraphBuilder,
  g: string,
  x: string,
  own: readonly number[],
  dims: readonly number[],
): string {
  if (sameShape(own, dims)) return b.timesForward(g, x, dims);
  if (b.k === 1) return b.add('Mul', [g, x]);
  // It keeps its own axes: [N, 1, ...own] against [N, k, ...dims].
  const wide = b.add('Mul', [b.reshape(g, [-1, b.k, ...dims]), b.reshape(x, [-1, 1, ...own])]);
  return b.reshape(wide, [-1, ...dims]);
}

/** How many positions a forward value has along an axis that is counted with the batch. */
export function sizeAlong(b: GraphBuilder, name: string, axis: number): number {
  const type = b.type(name);
  return type.dims[type.batched ? axis - 1 : axis]!;
}
