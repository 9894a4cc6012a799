import { floatOf, type Node } from '../../../src/onnx/graph.js';
import { erf } from '../erf.js';
import { type Inputs, type Operators, required } from '../operator.js';
import { map } from '../tensor.js';

/** An operator that maps every element by itself; `rule` reads the attributes once. */
function unary(rule: (node: Node) => (x: number) => number) {
  return (node: Node, inputs: Inputs) => [map(required(node, inputs, 0), rule(node))];
}

function plain(f: (x: number) => number) {
  return unary(() => f);
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const clamp01 = (x: number) => Math.max(0, Math.min(1, x));

export const elementwise: Operators = {
  Relu: plain((x) => Math.max(0, x)),
  Sigmoid: plain((x) => 1 / (1 + Math.exp(-x))),
  Tanh: plain(Math.tanh),
  Erf: plain(erf),
  Sqrt: plain(Math.sqrt),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Neg: plain((x) => -x),
  Abs: plain(Math.abs),
  Sign: plain(Math.sign),
  Reciprocal: plain((x) => 1 / x),
  Floor: plain(Math.floor),
  Ceil: plain(Math.ceil),
  Round: plain(roundHalfToEven),
  Softplus: plain((x) => Math.log1p(Math.exp(x))),
  Softsign: plain((x) => x / (1 + Math.abs(x))),
  Sin: plain(Math.sin),
  Cos: plain(Math.cos),
  HardSwish: plain((x) => x * clamp01(x / 6 + 0.5)),
  HardSigmoid: unary((node) => {
    const alpha = floatOf(node, 'alpha', 0.2);
    const beta = floatOf(node, 'beta', 0.5);
    return (x) => clamp01(alpha * x + beta);
  }),
  LeakyRelu: unary((node) => {
    const alpha = floatOf(node, 'alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  Elu: unary((node) => {
    const alpha = floatOf(node, 'alpha', 1);
    return (x) => (x < 0 ? alpha * (Math.exp(x) - 1) : x);
  }),
  Clip: (node, inputs) => {
    const low = inputs[1]?.data[0] ?? Number.NEGATIVE_INFINITY;
    const high = inputs[2]?.data[0] ?? Number.POSITIVE_INFINITY;
    return [map(required(node, inputs, 0), (x) => Math.min(high, Math.max(low, x)))];
  },
  Not: (node, inputs) => [map(required(node, inputs, 0), (x) => (x ? 0 : 1), 'bool')],
  IsNaN: (node, inputs) => [map(required(node, inputs, 0), (x) => (Number.isNaN(x) ? 1 : 0), 'bool')],
};
