import type { Node } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { type BackwardRule, refuseRule } from './rule.js';

/** An elementwise y = f(x) whose derivative is computed once from the forward pass and shared by all classes. */
export function derivative(of: (b: GraphBuilder, x: string, y: string, node: Node) => string): BackwardRule {
  return ({ b, node, g }) => {
    const [x, y] = [node.inputs[0]!, node.outputs[0]!];
    const factor = b.once(`derivative ${y}`, () => of(b, x, y, node));
    return [b.timesForward(g, factor, b.type(x).dims)];
  };
}

/** An activation that stands in a rectifier's place: only the plain gradient is defined for it. */
export function activationGradient(...given: Parameters<typeof derivative>): BackwardRule {
  const rule = derivative(...given);
  return (context) => {
    if (context.relu !== 'gradient') refuseRule(context, 'it is no rectifier');
    return rule(context);
  };
}
