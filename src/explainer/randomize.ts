import { ModelError } from '../base/errors.js';
import { seededRandom } from '../base/random.js';
import type { Randomization } from '../base/randomization.js';
import { hasTrait } from '../graph/operators/table.js';
import type { Constant, Graph, Node } from '../onnx/graph.js';
import { sizeOf } from '../onnx/graph.js';

/** The layers that have weights of their own, from the scores down. */
export function weightedLayers(graph: Graph): readonly Node[] {
  const layers = graph.nodes.filter((node) => {
    const weights = graph.constants.get(node.inputs[1] ?? '');
    return hasTrait(node, 'weighted') && weights !== undefined && weights.shape.length >= 2;
  });
  return layers.reverse();
}

/**
 * The same network with the weights of its last layers drawn anew: from a normal distribution as wide as the layer's
 * own weights, around 0, biases 0. What normalises activations between layers stays. "Cascading randomization" of
 * Adebayo et al., "Sanity Checks for Saliency Maps" (NeurIPS 2018), section 3.1.
 * @throws ModelError for weights that are not float32
 */
export function randomized(graph: Graph, { layers, seed }: Randomization): Graph {
  const constants = new Map(graph.constants);
  for (const [index, node] of weightedLayers(graph).slice(0, layers).entries()) {
    const [, weights = '', bias = ''] = node.inputs;
    constants.set(weights, normalLike(graph.constants.get(weights)!, seed + index, node));
    const shift = graph.constants.get(bias);
    if (shift !== undefined) {
      constants.set(bias, {
        dtype: 'float32',
        shape: shift.shape,
        data: new Float32Array(sizeOf(shift.shape)),
      });
    }
  }
  return { ...graph, constants };
}

function normalLike({ dtype, shape, data }: Constant, seed: number, node: Node): Constant {
  if (!(data instanceof Float32Array)) {
    throw new ModelError(`${node.name || node.op}: its weights are ${dtype}; only float32 can be drawn anew`);
  }
  const mean = data.reduce((sum, w) => sum + w, 0) / data.length;
  const width = Math.sqrt(data.reduce((sum, w) => sum + (w - mean) ** 2, 0) / data.length);
  const random = seededRandom(seed);
  // Box and Muller; 1 − u is never 0.
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { dtype, shape, data: Float32Array.from(data, () => width * normal()) };
}
