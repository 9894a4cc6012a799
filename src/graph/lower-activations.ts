import { floatOf, intOf, numbersOf, sizeOf, stringOf } from '../onnx/graph.js';
import { chain, float, int, type Lower, type LowerContext, scalar } from './lowering.js';
import type { Info } from './parameters.js';
import { broadcastShapes, normalizeAxis, sameShape } from './shapes.js';

/** GELU, an operator since opset 20: x·(1 + erf(x/√2))/2, or its approximation by tanh (Hendrycks and Gimpel, 2016). */
const gelu: Lower = (context) => {
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
const selu: Lower = (context) => {
  const { node, constant } = context;
  const { step, last } = chain(context);
  const alpha = float(floatOf(node, 'alpha', 1.6732632));
  const elu = step('Elu', [node.inputs[0]!], undefined, { alpha });
  last('Mul', [elu, constant('gamma', scalar(floatOf(node, 'gamma', 1.050701)))]);
};

/** CELU: α·ELU(x/α) with ELU's own α at 1 (Barron, 2017). */
const celu: Lower = (context) => {
  const { node, constant } = context;
  const { step, last } = chain(context);
  const alpha = constant('alpha', scalar(floatOf(node, 'alpha', 1)));
  last('Mul', [step('Elu', [step('Div', [node.inputs[0]!, alpha])]), alpha]);
};

/** Mish: x·tanh(softplus(x)) (Misra, 2019). */
const mish: Lower = (context) => {
  const [x, { step, last }] = [context.node.inputs[0]!, chain(context)];
  last('Mul', [x, step('Tanh', [step('Softplus', [x])])]);
};

/** A constant that holds one number, however often, and leaves the shape of the other operand as it is. */
function isOneNumber(input: Info | undefined, other: Info | undefined): boolean {
  if (input?.known === undefined || other === undefined || sizeOf(input.shape) > MOST_COPIES) return false;
  if (!sameShape(broadcastShapes(input.shape, other.shape), other.shape)) return false;
  const [first, ...others] = numbersOf(input.known);
  return first !== undefined && others.every((value) => value === first);
}

/** Weights are not looked through. */
const MOST_COPIES = 1 << 16;

/** Min or Max of a value and a number is a Clip: how TensorFlow's ReLU and ReLU6 come out of older converters. */
const bound =
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

/** The mean of several values. */
const mean: Lower = (context) => {
  const { node, constant, alias } = context;
  if (node.inputs.length === 1) return alias();
  const { step, last } = chain(context);
  last('Mul', [step('Sum', node.inputs), constant('share', scalar(1 / node.inputs.length))]);
};

/** Before opset 13 a softmax went over all axes from its own to the last. */
const softmax: Lower = (context) => {
  const { node, inputs, opset, type, constant, emit } = context;
  const { shape } = inputs[0]!;
  const axis = normalizeAxis(intOf(node, 'axis', opset < 13 ? 1 : -1), shape.length);
  const from = type(node.inputs[0]!);
  if (opset >= 13 || axis === 0 || sizeOf(shape.slice(axis + 1)) === 1)
    return emit({ attributes: { axis: int(axis) } });
  const { step, last } = chain(context);
  const kept = shape.slice(1, axis);
  const flat = { ...from, dims: [...kept, sizeOf(shape.slice(axis))] };
  const target = (hint: string, dims: readonly number[]) =>
    constant(hint, {
      dtype: 'int64',
      shape: [dims.length + 1],
      data: BigInt64Array.from([-1, ...dims], BigInt),
    });
  const flattened = step('Reshape', [node.inputs[0]!, target('flat', flat.dims)], flat);
  const soft = step(node.op, [flattened], flat, { axis: int(axis) });
  last('Reshape', [soft, target('shape', from.dims)]);
};

/** To the power of one. */
const power: Lower = ({ inputs, emit, alias }) => {
  const [base, exponent] = inputs;
  return isOneNumber(exponent, base) && numbersOf(exponent!.known!)[0] === 1 ? alias() : emit({});
};

export const activationLowerings: Readonly<Record<string, (context: LowerContext) => void>> = {
  Gelu: gelu,
  Selu: selu,
  Celu: celu,
  Mish: mish,
  Min: bound('min'),
  Max: bound('max'),
  Mean: mean,
  Pow: power,
  Softmax: softmax,
  LogSoftmax: softmax,
};
