import type { Graph, Node } from '../onnx/graph.js';

/** Keeps the nodes and constants that the wanted values depend on. */
export function withoutDead(
  nodes: readonly Node[],
  constants: Graph['constants'],
  wanted: readonly string[],
): Pick<Graph, 'nodes' | 'constants'> {
  const live = new Set(wanted);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    for (const input of node.inputs) live.add(input);
    kept.push(node);
  }
  return { nodes: kept.reverse(), constants: new Map([...constants].filter(([name]) => live.has(name))) };
}
