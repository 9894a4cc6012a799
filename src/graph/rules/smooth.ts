import { floatOf, type Node, numbersOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { refuseRule } from './relu.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

/** An elementwise y = f(x) whose derivative is computed once from the forward pass and shared by all classes. */
function elementwise(
  derivative: (b: GraphBuilder, x: string, y: string, node: Node) => string,
): BackwardRule {
  return ({ b, node, g }) => {
    const [x, y] = [node.inputs[0]!, node.outputs[0]!];
    const factor = b.once(`derivative ${y}`, () => derivative(b, x, y, node));
    return [b.timesForward(g, factor, b.type(x).dims)];
  };
}

/** An activation that stands in a rectifier's place: only the plain gradient is defined for it. */
function activation(rule: BackwardRule): BackwardRule {
  return (context) => {
    if (context.relu !== 'gradient') refuseRule(context, 'it is no rectifier');
    return rule(context);
  };
}

/** 1 where low < x < high, else 0. */
function inside(b: GraphBuilder, x: string, low: number, high: number): string {
  const both = b.add('And', [b.add('Greater', [x, b.scalar(low)]), b.add('Less', [x, b.scalar(high)])]);
  return b.add('Cast', [both], { to: { type: 'int', value: 1 } });
}

/** y = x^c with a constant exponent c: c·x^(c−1). */
const power: BackwardRule = (context) => {
  const { b, node, needs } = context;
  const exponent = b.known(node.inputs[1]!);
  if (needs(1) || exponent === undefined || exponent.data.length !== 1) {
    refuse(node, 'for an exponent that is no constant number', 'export the model with a constant exponent');
  }
  const c = numbersOf(exponent)[0]!;
  return elementwise((builder, x) => {
    const lowered = c === 2 ? x : builder.add('Pow', [x, builder.scalar(c - 1)]);
    return builder.add('Mul', [lowered, builder.scalar(c)]);
  })(context);
};

export const smoothRules: RuleTable = {
  // σ' = y(1 − y)
  Sigmoid: elementwise((b, _x, y) => b.add('Mul', [y, b.add('Sub', [b.scalar(1), y])])),
  // tanh' = 1 − y²
  Tanh: activation(elementwise((b, _x, y) => b.add('Sub', [b.scalar(1), b.add('Mul', [y, y])]))),
  // y = max(0, min(1, αx + β)): α strictly inside of the ramp.
  HardSigmoid: elementwise((b, _x, y, node) =>
    b.add('Mul', [b.scalar(floatOf(node, 'alpha', 0.2)), inside(b, y, 0, 1)]),
  ),
  // y = x · max(0, min(1, x/6 + 1/2)): (2x + 3)/6 inside of (−3, 3), then 1, before it 0 (Howard et al., 2019).
  HardSwish: activation(
    elementwise((b, x) => {
      const ramp = b.add('Add', [b.add('Mul', [x, b.scalar(1 / 3)]), b.scalar(0.5)]);
      const above = b.add('GreaterOrEqual', [x, b.scalar(3)]);
      const below = b.add('LessOrEqual', [x, b.scalar(-3)]);
      return b.add('Where', [above, b.scalar(1), b.add('Where', [below, b.scalar(0), ramp])]);
    }),
  ),
  // erf' = 2/√π · exp(−x²). Networks have it inside of GELU, x·(1 + erf(x/√2))/2.
  Erf: activation(
    elementwise((b, x) =>
      b.add('Mul', [b.add('Exp', [b.add('Neg', [b.add('Mul', [x, x])])]), b.scalar(2 / Math.sqrt(Math.PI))]),
    ),
  ),
  // y = x above 0, α(eˣ − 1) below: there y + α (Clevert et al., 2016).
  Elu: activation(
    elementwise((b, x, y, node) => {
      const below = b.add('Add', [y, b.scalar(floatOf(node, 'alpha', 1))]);
      return b.add('Where', [b.add('Greater', [x, b.scalar(0)]), b.scalar(1), below]);
    }),
  ),
  // ln(1 + eˣ)' = σ(x)
  Softplus: activation(elementwise((b, x) => b.add('Sigmoid', [x]))),
  // (x / (1 + |x|))' = 1 / (1 + |x|)²
  Softsign: activation(
    elementwise((b, x) => {
      const root = b.add('Add', [b.add('Abs', [x]), b.scalar(1)]);
      return b.add('Reciprocal', [b.add('Mul', [root, root])]);
    }),
  ),
  Abs: elementwise((b, x) => b.add('Sign', [x])),
  Log: elementwise((b, x) => b.add('Reciprocal', [x])),
  // (1/x)' = −y²
  Reciprocal: elementwise((b, _x, y) => b.add('Neg', [b.add('Mul', [y, y])])),
  Pow: power,
  Sqrt: elementwise((b, _x, y) => b.add('Div', [b.scalar(0.5), y])),
  Exp: elementwise((_b, _x, y) => y),
  Neg: ({ b, g }) => [b.add('Neg', [g])],
};
