import type { Constant, Graph } from '../onnx/graph.js';
import { namesIn } from './extension.js';

const WEIGHT = 1;

/**
 * The graph with a copy of each weight that a Conv and a ConvTranspose read: a runtime may lay a weight out for the one and
 * read it so for the other. OpenVINO does that where channels in = out.
 */
export function separateWeights(graph: Graph): Graph {
  const readBy = (op: string) =>
    new Set(graph.nodes.filter((node) => node.op === op).map(({ inputs }) => inputs[WEIGHT]!));
  const convolved = readBy('Conv');
  const shared = [...readBy('ConvTranspose')].filter(
    (name) => convolved.has(name) && graph.constants.has(name),
  );
  if (shared.length === 0) return graph;
  const taken = new Set(namesIn(graph));
  const copies = new Map(shared.map((name) => [name, freeName(`${name}/transposed`, taken)]));
  const constants = new Map<string, Constant>(graph.constants);
  for (const [name, copy] of copies) constants.set(copy, graph.constants.get(name)!);
  const nodes = graph.nodes.map((node) => {
    const copy = node.op === 'ConvTranspose' ? copies.get(node.inputs[WEIGHT]!) : undefined;
    return copy === undefined
      ? node
      : { ...node, inputs: node.inputs.map((name, i) => (i === WEIGHT ? copy : name)) };
  });
  return { ...graph, nodes, constants };
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}
