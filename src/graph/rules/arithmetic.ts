import { type Node, numbersOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { sameShape } from '../shapes.js';
import { refuseRule } from './relu.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

/**
 * Sums a backward value [N·k, ...from] over the axes along which a forward value of dims `to` was broadcast.
 * `to` may have fewer axes (numpy aligns them at the end).
 */
function unbroadcast(b: GraphBuilder, g: string, from: readonly number[], to: readonly number[]): string {
  if (sameShape(from, to)) return g;
  const lead = from.length - to.length;
  const axes = from.flatMap((dim, axis) =>
    axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis + 1] : [],
  );
  const summed =
    axes.length === 0 ? g : b.add('ReduceSum', [g, b.ints(axes)], { keepdims: { type: 'int', value: 1 } });
  return lead === 0 ? summed : b.reshape(summed, [-1, ...to]);
}

/** Dims of an operand, and a check that its batch axis lines up with the result's. */
function operandDims(b: GraphBuilder, node: Node, position: number): readonly number[] {
  const [operand, result] = [b.type(node.inputs[position]!), b.type(node.outputs[0]!)];
  if (operand.batched && operand.dims.length !== result.dims.length) {
    refuse(node, 'for operands whose batch axes do not line up', 'export the model with explicit shapes');
  }
  return operand.dims;
}

/** g times a forward operand that may be a constant or broadcast itself. */
function timesOperand(
  b: GraphBuilder,
  node: Node,
  g: string,
  factor: string,
  dims: readonly number[],
): string {
  const type = b.network.types.get(factor);
  if (b.known(factor) !== undefined || type?.batched === false) return b.add('Mul', [g, factor]);
  const result = b.type(node.outputs[0]!).dims;
  if (sameShape(dims, result)) return b.timesForward(g, factor, result);
  // A broadcast factor keeps its own axes: [N, 1, ...dims] against [N, k, ...result].
  if (b.k === 1) return b.add('Mul', [g, factor]);
  const wide = b.add('Mul', [b.reshape(g, [-1, b.k, ...result]), b.reshape(factor, [-1, 1, ...dims])]);
  return b.reshape(wide, [-1, ...result]);
}

const add: BackwardRule = ({ b, node, g, needs }) =>
  node.inputs.map((_, i) =>
    needs(i) ? unbroadcast(b, g, b.type(node.outputs[0]!).dims, operandDims(b, node, i)) : undefined,
  );

const sub: BackwardRule = ({ b, node, g, needs }) => {
  const dims = b.type(node.outputs[0]!).dims;
  return [
    needs(0) ? unbroadcast(b, g, dims, operandDims(b, node, 0)) : undefined,
    needs(1) ? unbroadcast(b, b.add('Neg', [g]), dims, operandDims(b, node, 1)) : undefined,
  ];
};

/** ∂(uv) = v·∂u + u·∂v. */
const mul: BackwardRule = (context) => {
  const { b, node, g, needs, relu: rule } = context;
  if (rule !== 'gradient' && isSwish(b, node))
    refuseRule(context, 'it is part of a swish (SiLU), no rectifier');
  const dims = b.type(node.outputs[0]!).dims;
  return [0, 1].map((i) => {
    if (!needs(i)) return undefined;
    const other = node.inputs[1 - i]!;
    return unbroadcast(
      b,
      timesOperand(b, node, g, other, operandDims(b, node, 1 - i)),
      dims,
      operandDims(b, node, i),
    );
  });
};

/** x · σ(x), as exporters write SiLU. */
function isSwish(b: GraphBuilder, node: Node): boolean {
  const gates = new Set(['Sigmoid', 'HardSigmoid']);
  return node.inputs.some((name, i) => {
    const maker = b.makerOf(name);
    return maker !== undefined && gates.has(maker.op) && maker.inputs[0] === node.inputs[1 - i];
  });
}

/** y = u/v: ∂u = g/v, ∂v = −g·y/v. */
const div: BackwardRule = ({ b, node, g, needs }) => {
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
  const perDivisor = known === undefined ? multiplyBy(b, g, inverse, v, dims) : b.add('Mul', [g, inverse]);
  return [
    needs(0) ? unbroadcast(b, perDivisor, dims, u) : undefined,
    needs(1)
      ? unbroadcast(b, b.add('Neg', [b.timesForward(perDivisor, node.outputs[0]!, dims)]), dims, v)
      : undefined,
  ];
};

function multiplyBy(
  b: GraphBuilder,
  g: string,
  x: string,
  own: readonly number[],
  dims: readonly number[],
): string {
  if (sameShape(own, dims)) return b.timesForward(g, x, dims);
  if (b.k === 1) return b.add('Mul', [g, x]);
  return b.reshape(b.add('Mul', [b.reshape(g, [-1, b.k, ...dims]), b.reshape(x, [-1, 1, ...own])]), [
    -1,
    ...dims,
  ]);
}

/** The larger (smaller) of two takes the gradient; equals share it, as in PyTorch. */
const extremum =
  (sign: 1 | -1): BackwardRule =>
  ({ b, node, g, needs }) => {
    const dims = b.type(node.outputs[0]!).dims;
    const [u, v] = node.inputs as [string, string];
    // (sign(u − v) + 1) / 2 is 1, ½ or 0: what u gets of a maximum, and v of a minimum.
    const share = (first: string, second: string) =>
      b.once(`larger ${first} ${second}`, () =>
        b.add('Mul', [
          b.add('Add', [b.add('Sign', [b.add('Sub', [first, second])]), b.scalar(1)]),
          b.scalar(0.5),
        ]),
      );
    const part = (own: string, other: string) =>
      b.timesForward(g, sign === 1 ? share(own, other) : share(other, own), dims);
    return [
      needs(0) ? unbroadcast(b, part(u, v), dims, operandDims(b, node, 0)) : undefined,
      needs(1) ? unbroadcast(b, part(v, u), dims, operandDims(b, node, 1)) : undefined,
    ];
  };

/** Every copy's gradient counts. */
const expand: BackwardRule = ({ b, node, g }) => [
  unbroadcast(b, g, b.type(node.outputs[0]!).dims, operandDims(b, node, 0)),
];

export const arithmeticRules: RuleTable = {
  Add: add,
  Sum: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Max: extremum(1),
  Min: extremum(-1),
  Expand: expand,
};
