import type { Node } from '../onnx/graph.js';
import { hasTrait } from './operators/table.js';

/**
 * Whether a node is linear (or affine) in what is computed from the image. What is not known to be linear counts as not:
 * a rule that is made for linear operators and rectifiers must never meet something else in their name.
 * @param computed values that depend on the image
 */
export function isLinear(node: Node, computed: ReadonlySet<string>): boolean {
  const { inputs } = node;
  if (hasTrait(node, 'linear')) return true;
  if (hasTrait(node, 'bilinear')) return inputs.slice(0, 2).filter((name) => computed.has(name)).length < 2;
  return hasTrait(node, 'quotient') && !computed.has(inputs[1] ?? '');
}
