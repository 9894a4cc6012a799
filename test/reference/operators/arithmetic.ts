import { intOf, type Node } from '../../../src/onnx/graph.js';
import { type Inputs, type Operators, required } from '../operator.js';
import { atBroadcast, broadcastShape, dtypeOf, generate, isInteger, type RefTensor, zip } from '../tensor.js';

type Rule = (p: number, q: number) => number;

function binary(floats: Rule, ints: Rule = floats) {
  return (node: Node, inputs: Inputs) => {
    const a = required(node, inputs, 0);
    return [zip(a, required(node, inputs, 1), isInteger(dtypeOf(a)) ? ints : floats)];
  };
}

function comparison(rule: (p: number, q: number) => boolean) {
  return (node: Node, inputs: Inputs) => [
    zip(required(node, inputs, 0), required(node, inputs, 1), (p, q) => (rule(p, q) ? 1 : 0), 'bool'),
  ];
}

/** Min, Max, Sum, Mean take any number of inputs. */
function fold(rule: Rule) {
  return (node: Node, inputs: Inputs): RefTensor[] => [
    node.inputs.map((_, i) => required(node, inputs, i)).reduce((a, b) => zip(a, b, rule)),
  ];
}

/** The remainder that takes the divisor's sign, as Python's. */
const floorMod: Rule = (p, q) => p - q * Math.floor(p / q);

export const arithmetic: Operators = {
  Add: binary((p, q) => p + q),
  Sub: binary((p, q) => p - q),
  Mul: binary((p, q) => p * q),
  Div: binary(
    (p, q) => p / q,
    (p, q) => Math.trunc(p / q),
  ),
  Pow: binary((p, q) => p ** q),
  Mod: (node, inputs) => [
    zip(
      required(node, inputs, 0),
      required(node, inputs, 1),
      intOf(node, 'fmod', 0) ? (p, q) => p % q : floorMod,
    ),
  ],
  PRelu: binary((x, slope) => (x < 0 ? slope * x : x)),
  Min: fold(Math.min),
  Max: fold(Math.max),
  Sum: fold((p, q) => p + q),
  Greater: comparison((p, q) => p > q),
  Less: comparison((p, q) => p < q),
  GreaterOrEqual: comparison((p, q) => p >= q),
  LessOrEqual: comparison((p, q) => p <= q),
  Equal: comparison((p, q) => p === q),
  And: comparison((p, q) => p !== 0 && q !== 0),
  Or: comparison((p, q) => p !== 0 || q !== 0),
  Xor: comparison((p, q) => (p !== 0) !== (q !== 0)),
  Where: (node, inputs) => {
    const condition = required(node, inputs, 0);
    const yes = required(node, inputs, 1);
    const no = required(node, inputs, 2);
    const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape));
    return [
      generate(
        shape,
        (i) => (atBroadcast(condition, i) ? atBroadcast(yes, i) : atBroadcast(no, i)),
        dtypeOf(yes),
      ),
    ];
  },
};
