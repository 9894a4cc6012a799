import { sigmoid } from '../../base/probabilities.js';
import { floatOf, stringOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { activationGradient, derivative } from './derivative.js';
import { each } from './folding.js';
import { elementwise } from './inferring.js';
import { chain, float, type Lower, scalar } from './lowering.js';
import type { OperatorFamily } from './operator.js';

/** GELU, an operator since opset 20: x·(1 + erf(x/√2))/2, or its approximation by tanh (Hendrycks and Gimpel, 2016). */
const lowerGelu: Lower = (context) => {
  const { node, constant } = context;
  const [x, { step, last }] = [node.inputs[0]!, chain(context)];
  const number = (hint: string, value: number) => constant(hint, scalar(value));
  const half = step('Mul', [x, number('half', 0.5)]);
  const gate = () => {
    if (stringOf(node, 'approximate', 'none') !== 'tanh')
      return step('Erf', [step('Mul', [x, number('scale', Math.SQRT1_2)])]);
    const c = Math.sqrt(2 / Math.PI);
    const slope = step('Add', [
      step('Mul', [step('Mul', [x, x]), number('cubic', 0.044715 * c)]),
      number('linear', c),
    ]);
    return step('Tanh', [step('Mul', [x, slope])]);
  };
  last('Mul', [half, step('Add', [gate(), number('one', 1)])]);
};

/** SELU: γ·ELU with its α (Klambauer et al., 2017). */
const lowerSelu: Lower = (context) => {
  const { node, constant } = context;
  const { step, last } = chain(context);
  const alpha = float(floatOf(node, 'alpha', 1.6732632));
  const elu = step('Elu', [node.inputs[0]!], undefined, { alpha });
  last('Mul', [elu, constant('gamma', scalar(floatOf(node, 'gamma', 1.050701)))]);
};

/** CELU: α·ELU(x/α) with ELU's own α at 1 (Barron, 2017). */
const lowerCelu: Lower = (context) => {
  const { node, constant } = context;
  const { step, last } = chain(context);
  const alpha = constant('alpha', scalar(floatOf(node, 'alpha', 1)));
  last('Mul', [step('Elu', [step('Div', [node.inputs[0]!, alpha])]), alpha]);
};

/** Mish: x·tanh(softplus(x)) (Misra, 2019). */
const lowerMish: Lower = (context) => {
  const [x, { step, last }] = [context.node.inputs[0]!, chain(context)];
  last('Mul', [x, step('Tanh', [step('Softplus', [x])])]);
};

/** Abramowitz and Stegun 7.1.26 refined by the series near 0: within 1.5e-7, which is float32's own step. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.5) {
    // The series converges in a few terms there, and keeps erf odd and exact at 0.
    let [term, sum] = [x, x];
    for (let n = 1; n < 12; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const t = 1 / (1 + 0.3275911 * a);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-a * a));
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** 1 where low < x < high, else 0. */
function inside(b: GraphBuilder, x: string, low: number, high: number): string {
  const both = b.add('And', [b.add('Greater', [x, b.scalar(low)]), b.add('Less', [x, b.scalar(high)])]);
  return b.add('Cast', [both], { to: { type: 'int', value: 1 } });
}

/** Smooth activations, and those that are written with smooth ones. */
export const activation: OperatorFamily = {
  Sigmoid: {
    ...elementwise,
    traits: ['elementwise', 'gate', 'scoreHead', 'nonnegative'],
    fold: each(sigmoid),
    // σ' = y(1 − y)
    gradient: derivative((b, _x, y) => b.add('Mul', [y, b.add('Sub', [b.scalar(1), y])])),
  },
  Tanh: {
    ...elementwise,
    fold: each(Math.tanh),
    // tanh' = 1 − y²
    gradient: activationGradient((b, _x, y) => b.add('Sub', [b.scalar(1), b.add('Mul', [y, y])])),
  },
  HardSigmoid: {
    ...elementwise,
    schema: '1 1 1 0 alpha:f beta:f',
    traits: ['elementwise', 'gate', 'nonnegative'],
    fold: each((x, node) => clamp(floatOf(node, 'alpha', 0.2) * x + floatOf(node, 'beta', 0.5), 0, 1)),
    // y = max(0, min(1, αx + β)): α strictly inside of the ramp.
    gradient: derivative((b, _x, y, node) =>
      b.add('Mul', [b.scalar(floatOf(node, 'alpha', 0.2)), inside(b, y, 0, 1)]),
    ),
  },
  HardSwish: {
    ...elementwise,
    fold: each((x) => x * clamp(x / 6 + 0.5, 0, 1)),
    // y = x · max(0, min(1, x/6 + 1/2)): (2x + 3)/6 inside of (−3, 3), then 1, before it 0 (Howard et al., 2019).
    gradient: activationGradient((b, x) => {
      const ramp = b.add('Add', [b.add('Mul', [x, b.scalar(1 / 3)]), b.scalar(0.5)]);
      const above = b.add('GreaterOrEqual', [x, b.scalar(3)]);
      const below = b.add('LessOrEqual', [x, b.scalar(-3)]);
      return b.add('Where', [above, b.scalar(1), b.add('Where', [below, b.scalar(0), ramp])]);
    }),
  },
  Erf: {
    ...elementwise,
    fold: each(erf),
    // erf' = 2/√π · exp(−x²). Networks have it inside of GELU, x·(1 + erf(x/√2))/2.
    gradient: activationGradient((b, x) =>
      b.add('Mul', [b.add('Exp', [b.add('Neg', [b.add('Mul', [x, x])])]), b.scalar(2 / Math.sqrt(Math.PI))]),
    ),
  },
  Elu: {
    ...elementwise,
    schema: '1 1 1 0 alpha:f',
    fold: each((x, node) => (x < 0 ? floatOf(node, 'alpha', 1) * Math.expm1(x) : x)),
    // y = x above 0, α(eˣ − 1) below: there y + α (Clevert et al., 2016).
    gradient: activationGradient((b, x, y, node) => {
      const below = b.add('Add', [y, b.scalar(floatOf(node, 'alpha', 1))]);
      return b.add('Where', [b.add('Greater', [x, b.scalar(0)]), b.scalar(1), below]);
    }),
  },
  Softplus: {
    ...elementwise,
    traits: ['elementwise', 'nonnegative'],
    fold: each((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
    // ln(1 + eˣ)' = σ(x)
    gradient: activationGradient((b, x) => b.add('Sigmoid', [x])),
  },
  Softsign: {
    ...elementwise,
    fold: each((x) => x / (1 + Math.abs(x))),
    // (x / (1 + |x|))' = 1 / (1 + |x|)²
    gradient: activationGradient((b, x) => {
      const root = b.add('Add', [b.add('Abs', [x]), b.scalar(1)]);
      return b.add('Reciprocal', [b.add('Mul', [root, root])]);
    }),
  },
  Selu: { ...elementwise, schema: '1 1 1 0 alpha:f gamma:f', lower: lowerSelu },
  Celu: { ...elementwise, schema: '1 1 1 0 alpha:f', lower: lowerCelu },
  Mish: { ...elementwise, lower: lowerMish },
  Gelu: { ...elementwise, schema: '1 1 1 0 approximate:s', lower: lowerGelu },
};
