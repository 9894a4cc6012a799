import { numbersOf } from '../../onnx/graph.js';
import { operandDims, unbroadcast } from './broadcasting.js';
import { isOneNumber } from './inferring.js';
import { chain, type Lower, type LowerContext, scalar } from './lowering.js';
import type { BackwardRule } from './rule.js';

/** Min or Max of a value and a number is a Clip: how TensorFlow's ReLU and ReLU6 come out of older converters. */
export const lowerExtremum =
  (side: 'min' | 'max'): Lower =>
  (context) => {
    const { node, inputs, constant, emit, maker, alias } = context;
    if (node.inputs.length === 1) return alias();
    if (node.inputs.length > 2) return pairs(context);
    const at = inputs.findIndex((input, i) => isOneNumber(input, inputs[1 - i]));
    if (at < 0) return emit({});
    const x = node.inputs[1 - at]!;
    const value = constant(side, scalar(numbersOf(inputs[at]!.known!)[0]!));
    // Behind a Relu nothing is below 0: written so, both together are the rectifier that they are.
    const low = side === 'max' ? value : maker(x)?.op === 'Relu' ? constant('min', scalar(0)) : '';
    emit({ op: 'Clip', inputs: [x, low, side === 'min' ? value : ''], attributes: {} });
  };

/** An operator of any number of inputs, two at a time. */
function pairs(context: LowerContext): void {
  const { node } = context;
  const { step, last } = chain(context);
  const first = node.inputs.slice(1, -1).reduce((all, name) => step(node.op, [all, name]), node.inputs[0]!);
  last(node.op, [first, node.inputs.at(-1)!]);
}

/** The larger (smaller) of two takes the gradient; equals share it, as in PyTorch. */
export const extremumGradient =
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
