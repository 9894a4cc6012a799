import { intOf, intsOf, type Node } from '../onnx/graph.js';
import type { GraphBuilder } from './builder.js';
import { meanAxes } from './parameters.js';

/**
 * The map [N, C, H, W] whose mean (or sum) over all positions a node computes, in whichever form: global average pooling, an
 * average pool with one window, a reduction over the last two axes, over flattened positions, or over the positions of a
 * map that is laid out [N, H, W, C]. Undefined when the node computes something else.
 */
export function meanOverPositions(b: GraphBuilder, node: Node): string | undefined {
  const x = node.inputs[0];
  if (x === undefined) return undefined;
  if (isGlobalAverage(b, node)) return mapOf(b, x);
  if (node.op === 'AveragePool') {
    // Caffe's networks pool globally with a window of the layer's size.
    const { dims } = b.type(x);
    const whole = intsOf(node, 'kernel_shape')!.every((size, axis) => size === dims[axis + 1]);
    const one = b
      .type(node.outputs[0]!)
      .dims.slice(1)
      .every((size) => size === 1);
    return whole && one ? mapOf(b, x) : undefined;
  }
  const axes = axesOf(b, node);
  return axes && positionsOf(b, x, axes.join());
}

function axesOf(b: GraphBuilder, node: Node): readonly number[] | undefined {
  return meanAxes(node, (name) => b.known(name), b.type(node.inputs[0]!).dims.length + 1);
}

/** Whether a node averages its input over all positions of a map, by its operator or by its axes. */
export function isGlobalAverage(b: GraphBuilder, node: Node): boolean {
  if (node.op === 'GlobalAveragePool') return true;
  return (
    node.op === 'ReduceMean' && b.type(node.inputs[0]!).dims.length === 3 && axesOf(b, node)?.join() === '2,3'
  );
}

/** The map whose positions lie along these axes of a value. */
function positionsOf(b: GraphBuilder, x: string, axes: string): string | undefined {
  const { dims } = b.type(x);
  if (dims.length === 3 && axes === '2,3') return mapOf(b, x);
  const maker = b.makerOf(x);
  const before = maker && axesOf(b, maker);
  if (before !== undefined && before.length === 1) {
    // Rows first, then columns, or the other way round.
    const kept = intOf(maker!, 'keepdims', 1) === 1;
    const own = axes
      .split(',')
      .map((axis) => (kept || Number(axis) < before[0]! ? Number(axis) : Number(axis) + 1));
    return positionsOf(b, maker!.inputs[0]!, [...new Set([...own, ...before])].sort((p, q) => p - q).join());
  }
  if (maker?.op === 'Transpose') {
    const perm = intsOf(maker, 'perm')!;
    const before = axes.split(',').map((axis) => perm[Number(axis)]!);
    return positionsOf(b, maker.inputs[0]!, before.sort((p, q) => p - q).join());
  }
  if (maker?.op !== 'Reshape') return undefined;
  const from = b.type(maker.inputs[0]!);
  const flattened = dims.length === 2 && axes === '2' && from.dims.length === 3 && from.dims[0] === dims[0];
  return flattened ? mapOf(b, maker.inputs[0]!) : undefined;
}

function mapOf(b: GraphBuilder, name: string): string | undefined {
  const { batched, dims } = b.type(name);
  return batched && dims.length === 3 ? beforeTiles(b, name) : undefined;
}

/**
 * The mean of means over windows of one size that cover a map without overlap is the map's own: the map before such pools, or
 * `name` itself.
 */
export function beforeTiles(b: GraphBuilder, name: string): string {
  const maker = b.makerOf(name);
  return maker?.op === 'AveragePool' && isTiling(b, maker) ? beforeTiles(b, maker.inputs[0]!) : name;
}

function isTiling(b: GraphBuilder, pool: Node): boolean {
  const [of, made] = [pool.inputs[0]!, pool.outputs[0]!].map((name) => b.type(name).dims.slice(1));
  const window = intsOf(pool, 'kernel_shape')!;
  const strides = intsOf(pool, 'strides') ?? window.map(() => 1);
  return (
    window.every((size, axis) => strides[axis] === size && made![axis]! * size === of![axis]) && !padded(pool)
  );
}

function padded(pool: Node): boolean {
  return (intsOf(pool, 'pads') ?? []).some((pad) => pad !== 0);
}
