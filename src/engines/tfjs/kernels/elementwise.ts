import type { Tensor } from '@tensorflow/tfjs-core';
import { DTYPES, floatOf, intOf } from '../../../onnx/graph.js';
import {
  input,
  type Kernel,
  type KernelContext,
  type KernelTable,
  nhwc,
  plain,
  unsupported,
  valueIn,
} from '../kernel.js';
import type { Tf, Value } from '../value.js';

/** One tensor in, one of the same shape and layout out. */
function unary(apply: (tf: Tf, x: Tensor, context: KernelContext) => Tensor): Kernel {
  return (context) => {
    const x = input(context, 0);
    return valueIn(context, apply(context.tf, x.in(x.layout), context), x.layout);
  };
}

/** Any number of tensors, broadcast as numpy does. */
function broadcast(apply: (tf: Tf, a: Tensor, b: Tensor, context: KernelContext) => Tensor): Kernel {
  return (context) => {
    const values = context.inputs.map((_, i) => input(context, i));
    const wide = inNhwc(context, values);
    const tensors = wide ?? values.map((value) => value.plain());
    const result = tensors.reduce((a, b) => apply(context.tf, a, b, context));
    const output = values.length === 1 ? result.clone() : result;
    return wide === undefined ? plain(context, output) : nhwc(context, output);
  };
}

/**
 * The operands as [N,H,W,C] tensors when one of them is only at hand like that; operands of fewer axes get leading
 * ones, which is how broadcasting sees them anyway.
 */
function inNhwc({ tf }: KernelContext, values: readonly Value[]): Tensor[] | undefined {
  if (!values.some(({ layout }) => layout === 'nhwc')) return undefined;
  if (values.some(({ shape }) => shape.length > 4)) return undefined;
  return values.map((value) => {
    if (value.shape.length === 4) return value.nhwc();
    // Backends are quick with true scalars, ten times slower with [1,1,1,1].
    if (value.shape.length === 0) return value.plain();
    const ones = new Array<number>(4 - value.shape.length).fill(1);
    return tf.transpose(tf.reshape(value.plain(), [...ones, ...value.shape]), [0, 2, 3, 1]);
  });
}

const clip: Kernel = (context) => {
  const bound = (position: number, fallback: number) => {
    const constant = context.constant(position);
    if (constant !== undefined) return Number(constant.data[0]);
    return context.inputs[position]?.plain().dataSync()[0] ?? fallback;
  };
  const [low, high] = [bound(1, -Infinity), bound(2, Infinity)];
  if (low === 0 && high === Infinity) return unary((tf, x) => tf.relu(x))(context);
  const bounded = Number.isFinite(low) && Number.isFinite(high) && low <= high;
  return unary((tf, x) => (bounded ? tf.clipByValue(x, low, high) : tf.minimum(tf.maximum(x, low), high)))(
    context,
  );
};

const cast: Kernel = (context) => {
  const x = input(context, 0);
  const { tf, node } = context;
  const tensor = x.in(x.layout);
  switch (intOf(node, 'to', DTYPES.float32)) {
    case DTYPES.float32:
      return valueIn(context, tf.cast(tensor, 'float32'), x.layout);
    case DTYPES.bool:
      return valueIn(context, tf.notEqual(tensor, tf.scalar(0, tensor.dtype as 'float32')), x.layout);
    case DTYPES.int64:
    case DTYPES.int32:
      return valueIn(context, tf.cast(tensor, 'int32'), x.layout);
    default:
      return unsupported(node, 'it casts to a type that TensorFlow.js does not have');
  }
};

const where: Kernel = (context) => {
  const { tf } = context;
  const values = [0, 1, 2].map((i) => input(context, i));
  const wide = inNhwc(context, values);
  const [condition, a, b] = wide ?? values.map((value) => value.plain());
  const result = tf.where(condition!, a!, b!);
  return wide === undefined ? plain(context, result) : nhwc(context, result);
};

/** max(0, min(1, αx + β)). */
const hardSigmoid = (tf: Tf, x: Tensor, alpha: number, beta: number) =>
  tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

const elu = (tf: Tf, x: Tensor, alpha: number) =>
  tf.where(tf.greater(x, 0), x, tf.mul(alpha, tf.sub(tf.exp(tf.minimum(x, 0)), 1)));

/** max(x, 0) + ln(1 + e^−|x|): the form that does not overflow. */
const softplus = (tf: Tf, x: Tensor) => tf.add(tf.relu(x), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x))))));

const leakyRelu = (tf: Tf, x: Tensor, slope: Tensor | number) =>
  tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0)));

/** Integer division rounds towards zero, as in ONNX. */
const divide = (tf: Tf, a: Tensor, b: Tensor) =>
  a.dtype === 'int32'
    ? tf.cast(truncated(tf, tf.div(tf.cast(a, 'float32'), tf.cast(b, 'float32'))), 'int32')
    : tf.div(a, b);

const truncated = (tf: Tf, x: Tensor) => tf.mul(tf.sign(x), tf.floor(tf.abs(x)));

export const elementwiseKernels: KernelTable = {
  Identity: unary((_tf, x) => x.clone()),
  Relu: unary((tf, x) => tf.relu(x)),
  LeakyRelu: unary((tf, x, { node }) => leakyRelu(tf, x, floatOf(node, 'alpha', 0.01))),
  PRelu: broadcast((tf, x, slope) => leakyRelu(tf, x, slope)),
  Elu: unary((tf, x, { node }) => elu(tf, x, floatOf(node, 'alpha', 1))),
  Clip: clip,
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  HardSigmoid: unary((tf, x, { node }) =>
    hardSigmoid(tf, x, floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5)),
  ),
  HardSwish: unary((tf, x) => tf.mul(x, hardSigmoid(tf, x, 1 / 6, 0.5))),
  Softplus: unary(softplus),
  Softsign: unary((tf, x) => tf.div(x, tf.add(1, tf.abs(x)))),
  Erf: unary((tf, x) => tf.erf(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Neg: unary((tf, x) => tf.neg(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  // Halves go to the even number, as in ONNX.
  Round: unary((tf, x) => tf.round(x)),
  Reciprocal: unary((tf, x) => tf.div(1, x)),
  Not: unary((tf, x) => tf.logicalNot(x)),
  Cast: cast,
  Where: where,
  Add: broadcast((tf, a, b) => tf.add(a, b)),
  Sum: broadcast((tf, a, b) => tf.add(a, b)),
  Sub: broadcast((tf, a, b) => tf.sub(a, b)),
  Mul: broadcast((tf, a, b) => tf.mul(a, b)),
  Div: broadcast(divide),
  Pow: broadcast((tf, a, b) => tf.pow(a, b)),
  Min: broadcast((tf, a, b) => tf.minimum(a, b)),
  Max: broadcast((tf, a, b) => tf.maximum(a, b)),
  // fmod keeps the dividend's sign, the other form the divisor's.
  Mod: broadcast((tf, a, b, { node }) =>
    intOf(node, 'fmod', 0) === 1 ? tf.sub(a, tf.mul(b, truncated(tf, tf.div(a, b)))) : tf.mod(a, b),
  ),
  Equal: broadcast((tf, a, b) => tf.equal(a, b)),
  Greater: broadcast((tf, a, b) => tf.greater(a, b)),
  Less: broadcast((tf, a, b) => tf.less(a, b)),
  GreaterOrEqual: broadcast((tf, a, b) => tf.greaterEqual(a, b)),
  LessOrEqual: broadcast((tf, a, b) => tf.lessEqual(a, b)),
  And: broadcast((tf, a, b) => tf.logicalAnd(a, b)),
  Or: broadcast((tf, a, b) => tf.logicalOr(a, b)),
};
