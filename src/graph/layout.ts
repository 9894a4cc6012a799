import type { Graph } from './graph.js';

/**
 * Gives a network with [N,H,W,3] input, as Keras and TensorFlow export them, an [N,3,H,W] input and a Transpose behind
 * it, so that images are laid out in one way everywhere else. Other graphs come back as they are.
 */
export function channelsFirst(graph: Graph): Graph {
  const input = graph.inputs[0];
  if (input === undefined || input.shape.length !== 4) return graph;
  const [batch, height, width, channels] = input.shape;
  if (channels !== 3 || height === 3) return graph;
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
    inputs: [{ ...input, shape: [batch!, 3, height!, width!] }, ...graph.inputs.slice(1)],
    nodes: [transpose, ...nodes],
  };
}
