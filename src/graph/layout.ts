import { type Graph, intsOf, type Node } from '../onnx/graph.js';
import { hasTrait } from './operators/table.js';

/**
 * Gives a network with [N,H,W,3] or [N,H,W,1] input, as Keras and TensorFlow export them, an [N,3,H,W] input and a Transpose behind
 * it, so that images are laid out in one way everywhere else. Other graphs come back as they are.
 */
export function channelsFirst(graph: Graph): Graph {
  const input = graph.inputs[0];
  if (input === undefined || input.shape.length !== 4) return graph;
  const [batch, height, width, channels] = input.shape;
  // Of [N, 1, H, 1] and the like the second axis is meant.
  if ((channels !== 3 && channels !== 1) || height === 3 || height === 1) return graph;
  const last = `${input.name}/channels_last`;
  const transpose = {
    op: 'Transpose',
    domain: '',
    name: last,
    inputs: [input.name],
    outputs: [last],
    attributes: { perm: { type: 'ints', value: [0, 2, 3, 1] } },
  } as const;
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === input.name ? last : name)),
  }));
  return {
    ...graph,
    inputs: [{ ...input, shape: [batch!, channels, height!, width!] }, ...graph.inputs.slice(1)],
    nodes: [transpose, ...nodes],
  };
}

const TO_LAST = '0,2,3,1';
const TO_FIRST = '0,3,1,2';

/** Values laid out [N,H,W,C]: those between a Transpose that moves the channels back and one that brings them forth. */
export function channelsLast(nodes: readonly Node[]): ReadonlySet<string> {
  const last = new Set<string>();
  for (const node of nodes) {
    const perm = node.op === 'Transpose' ? intsOf(node, 'perm')?.join() : undefined;
    const inherited = perm !== TO_FIRST && !hasTrait(node, 'channelsFirst');
    if (perm === TO_LAST || (inherited && node.inputs.some((name) => last.has(name))))
      for (const output of node.outputs) last.add(output);
  }
  return last;
}
