import type { Graph } from '../onnx/graph.js';

/**
 * The same graph without the Identity that gives an output its name: the value has that name where it is made. Runtimes that
 * drop such a node themselves may know the output by the inner name.
 */
export function outputsAtSource(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const kept = graph.nodes.filter(({ op, inputs: [from = ''], outputs: [to = ''] }) => {
    const only = op === 'Identity' && outputs.has(to) && made.has(from) && !outputs.has(from);
    if (!only || names.has(from)) return true;
    names.set(from, to);
    return false;
  });
  const of = (name: string) => names.get(name) ?? name;
  const nodes = kept.map((node) => ({
    ...node,
    inputs: node.inputs.map(of),
    outputs: node.outputs.map(of),
  }));
  const values = (graph.values ?? []).filter(({ name }) => !names.has(name));
  return { ...graph, nodes, ...(graph.values === undefined ? {} : { values }) };
}
