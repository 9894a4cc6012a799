import { numbersOf } from '../../onnx/graph.js';
import { operandDims, timesBroadcast, unbroadcast } from './broadcasting.js';
import { derivative } from './derivative.js';
import { ofProduct, ofSum } from './excitation.js';
import { extremumGradient, lowerExtremum } from './extrema.js';
import { ofMany, ofTwo } from './folding.js';
import { broadcast, isOneNumber } from './inferring.js';
import { chain, type Lower, scalar } from './lowering.js';
import type { OperatorFamily } from './operator.js';
import { type BackwardRule, type RuleContext, refuse, refuseRule } from './rule.js';

const addGradient: BackwardRule = ({ b, node, g, needs }) =>
  node.inputs.map((_, i) =>
    needs(i) ? unbroadcast(b, g, b.type(node.outputs[0]!).dims, operandDims(b, node, i)) : undefined,
  );

const subGradient: BackwardRule = ({ b, node, g, needs }) => {
  const dims = b.type(node.outputs[0]!).dims;
  return [
    needs(0) ? unbroadcast(b, g, dims, operandDims(b, node, 0)) : undefined,
    needs(1) ? unbroadcast(b, b.add('Neg', [g]), dims, operandDims(b, node, 1)) : undefined,
  ];
};

/** ∂(uv) = v·∂u + u·∂v. */
const mulGradient: BackwardRule = (context) => {
  const { b, node, g, needs, relu: rule } = context;
  if (rule !== 'gradient' && isSwish(context))
    refuseRule(context, 'it is part of a swish (SiLU), no rectifier');
  const dims = b.type(node.outputs[0]!).dims;
  return [0, 1].map((i) => {
    if (!needs(i)) return undefined;
    const other = node.inputs[1 - i]!;
    const own = operandDims(b, node, 1 - i);
    const product = b.type(other).batched ? timesBroadcast(b, g, other, own, dims) : b.add('Mul', [g, other]);
    return unbroadcast(b, product, dims, operandDims(b, node, i));
  });
};

/** x · σ(x), as exporters write SiLU. */
function isSwish({ b, node, has }: RuleContext): boolean {
  return node.inputs.some((name, i) => {
    const maker = b.makerOf(name);
    return maker !== undefined && has(maker, 'gate') && maker.inputs[0] === node.inputs[1 - i];
  });
}

/** y = u/v: ∂u = g/v, ∂v = −g·y/v. */
const divGradient: BackwardRule = ({ b, node, g, needs }) => {
  const dims = b.type(node.outputs[0]!).dims;
  const [u, v] = [0, 1].map((i) => operandDims(b, node, i)) as [readonly number[], readonly number[]];
  const divisor = node.inputs[1]!;
  const known = b.known(divisor);
  const inverse =
    known === undefined
      ? b.once(`inverse ${divisor}`, () => b.add('Reciprocal', [divisor]))
      : b.constant(
          'float32',
          known.shape,
          Float32Array.from(numbersOf(known), (value) => 1 / value),
        );
  const perDivisor =
    known === undefined ? timesBroadcast(b, g, inverse, v, dims) : b.add('Mul', [g, inverse]);
  return [
    needs(0) ? unbroadcast(b, perDivisor, dims, u) : undefined,
    needs(1)
      ? unbroadcast(b, b.add('Neg', [b.timesForward(perDivisor, node.outputs[0]!, dims)]), dims, v)
      : undefined,
  ];
};

/** y = x^c with a constant exponent c: c·x^(c−1). */
const powerGradient: BackwardRule = (context) => {
  const { b, node, needs } = context;
  const exponent = b.known(node.inputs[1]!);
  if (needs(1) || exponent === undefined || exponent.data.length !== 1) {
    refuse(node, 'for an exponent that is no constant number', 'export the model with a constant exponent');
  }
  const c = numbersOf(exponent)[0]!;
  return derivative((builder, x) => {
    const lowered = c === 2 ? x : builder.add('Pow', [x, builder.scalar(c - 1)]);
    return builder.add('Mul', [lowered, builder.scalar(c)]);
  })(context);
};

/** To the power of one. */
const lowerPower: Lower = ({ inputs, emit, alias }) => {
  const [base, exponent] = inputs;
  return isOneNumber(exponent, base) && numbersOf(exponent!.known!)[0] === 1 ? alias() : emit({});
};

/** The mean of several values. */
const lowerMean: Lower = (context) => {
  const { node, constant, alias } = context;
  if (node.inputs.length === 1) return alias();
  const { step, last } = chain(context);
  last('Mul', [step('Sum', node.inputs), constant('share', scalar(1 / node.inputs.length))]);
};

/** Of two values or more, which are broadcast. */
export const arithmetic: OperatorFamily = {
  Add: {
    schema: '2 2 1 01',
    traits: ['linear', 'keepsCommonSign'],
    infer: broadcast,
    fold: ofTwo((a, b) => a + b),
    gradient: addGradient,
    excitation: ofSum,
  },
  Sum: {
    schema: '1 * 1 *',
    traits: ['linear', 'keepsCommonSign'],
    infer: broadcast,
    fold: ofMany((a, b) => a + b),
    gradient: addGradient,
    excitation: ofSum,
  },
  Sub: {
    schema: '2 2 1 01',
    traits: ['linear'],
    infer: broadcast,
    fold: ofTwo((a, b) => a - b),
    gradient: subGradient,
  },
  Mul: {
    schema: '2 2 1 01',
    traits: ['bilinear'],
    infer: broadcast,
    fold: ofTwo((a, b) => a * b),
    gradient: mulGradient,
    excitation: ofProduct,
  },
  Div: {
    schema: '2 2 1 01',
    traits: ['quotient'],
    infer: broadcast,
    fold: ofTwo((a, b, integer) => (integer ? Math.trunc(a / b) : a / b)),
    gradient: divGradient,
    excitation: ofProduct,
  },
  Pow: {
    schema: '2 2 1 0',
    infer: broadcast,
    fold: ofTwo((a, b) => a ** b),
    lower: lowerPower,
    gradient: powerGradient,
  },
  Min: {
    schema: '1 * 1 *',
    infer: broadcast,
    fold: ofMany((a, b) => Math.min(a, b)),
    lower: lowerExtremum('min'),
    gradient: extremumGradient(-1),
  },
  Max: {
    schema: '1 * 1 *',
    infer: broadcast,
    fold: ofMany((a, b) => Math.max(a, b)),
    lower: lowerExtremum('max'),
    gradient: extremumGradient(1),
  },
  Mean: { schema: '1 * 1 *', traits: ['linear'], infer: broadcast, lower: lowerMean },
  Mod: { schema: '2 2 1 01 fmod:i', infer: broadcast, fold: ofTwo((a, b) => a - b * Math.floor(a / b)) },
};
