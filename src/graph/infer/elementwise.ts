import { ModelError } from '../../base/errors.js';
import { describe, intOf } from '../../onnx/graph.js';
import { dtypeOf } from '../../onnx/tensor.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import type { Infer, InferTable } from './rule.js';

const same: Infer = (_node, [x]) => [{ dtype: x!.dtype, shape: x!.shape }];
const broadcast: Infer = (_node, inputs) => [
  {
    dtype: inputs[0]!.dtype,
    shape: inputs.reduce<readonly number[]>((shape, input) => broadcastShapes(shape, input!.shape), []),
  },
];
const comparison: Infer = (node, inputs, batch) => [{ ...broadcast(node, inputs, batch)[0]!, dtype: 'bool' }];

const SAME_SHAPE =
  'Relu Clip LeakyRelu Elu Selu Celu Sigmoid Tanh HardSwish HardSigmoid Softplus Softsign Mish Gelu Erf Sqrt Exp Log Neg Abs Sign Floor Ceil Round Reciprocal Identity GroupNormalization Not';
const ELEMENTWISE = 'Add Sub Mul Div Pow Sum Min Max Mean Mod';
const COMPARISONS = 'Equal Greater Less GreaterOrEqual LessOrEqual And Or';

function all(operators: string, rule: Infer): InferTable {
  return Object.fromEntries(operators.split(' ').map((op) => [op, rule]));
}

/** Value by value, the operands broadcast. */
export const elementwise: InferTable = {
  PRelu: (node, [x, slope]) => {
    if (!sameShape(broadcastShapes(x!.shape, slope!.shape), x!.shape))
      throw new ModelError(`${describe(node)}: slope [${slope!.shape.join(',')}] does not fit its input`);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  Where: (_node, [condition, a, b]) => [
    { dtype: a!.dtype, shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)) },
  ],
  Cast: (node, [x]) => [{ dtype: dtypeOf(intOf(node, 'to', 1)) ?? 'float32', shape: x!.shape }],
  Dropout: (_node, [x]) => [
    { dtype: x!.dtype, shape: x!.shape },
    { dtype: 'bool', shape: x!.shape },
  ],
  ...all(SAME_SHAPE, same),
  ...all(ELEMENTWISE, broadcast),
  ...all(COMPARISONS, comparison),
};
