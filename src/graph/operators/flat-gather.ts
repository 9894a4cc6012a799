import { type Graph, intOf, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';

/**
 * PyTorch writes a view that it cannot name (`as_strided`) as "flatten everything, then gather positions
 * 0, 1, 2, … in a new shape". That is a Reshape, and flattened the batch would be lost: such pairs become one.
 */
export function withoutFlatGathers(graph: Graph, infos: ReadonlyMap<string, Info>): Graph {
  const flattenings = new Map(
    graph.nodes
      .filter((node) => node.op === 'Reshape' && infos.get(node.outputs[0]!)?.shape.length === 1)
      .map((node) => [node.outputs[0]!, node] as const),
  );
  const nodes = graph.nodes.map((node): Node => {
    const flattening = flattenings.get(node.inputs[0] ?? '');
    if (flattening === undefined || !picksAll(node, infos)) return node;
    return { ...node, op: 'Reshape', inputs: flattening.inputs.slice(0, 1), attributes: {} };
  });
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  return {
    ...graph,
    nodes: nodes.filter(({ outputs }) => !flattenings.has(outputs[0]!) || read.has(outputs[0]!)),
  };
}

/**
 * The shape of a Gather that picks positions 0, 1, 2, … of a flat value: all of it, or what was all for the batch that
 * the model was exported with. Undefined for any other Gather.
 */
export function flatGatherShape(
  node: Node,
  [data, index]: readonly [Info, Info],
  batch: { readonly size: number; readonly exported: number | undefined },
): readonly number[] | undefined {
  if (intOf(node, 'axis', 0) !== 0 || data.shape.length !== 1 || !isInOrder(index)) return undefined;
  const [picked, all] = [sizeOf(index.shape), data.shape[0]!];
  if (picked === all) return index.shape;
  const [first, ...rest] = index.shape as [number, ...number[]];
  const wasAll = first === batch.exported && (picked / first) * batch.size === all;
  return wasAll ? [batch.size, ...rest] : undefined;
}

function isInOrder({ known, shape }: Info): boolean {
  return known !== undefined && shape.length > 1 && numbersOf(known).every((at, i) => at === i);
}

/** Whether a Gather of a flat value has all of it, by the shapes that `flatGatherShape` gave. */
function picksAll(node: Node, infos: ReadonlyMap<string, Info>): boolean {
  if (node.op !== 'Gather' || intOf(node, 'axis', 0) !== 0) return false;
  const [data, index, picked] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!].map((name) =>
    infos.get(name),
  );
  return isInOrder(index!) && sizeOf(picked!.shape) === sizeOf(data!.shape);
}
