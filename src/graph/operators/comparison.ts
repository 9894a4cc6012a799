import { numbersOf } from '../../onnx/graph.js';
import { broadcastShapes } from '../shapes.js';
import { binary, make, ofTwo } from './folding.js';
import { broadcast, same } from './inferring.js';
import type { Fold, Infer, Operator, OperatorFamily } from './operator.js';

const truth: Infer = (node, inputs, batch) => [{ ...broadcast(node, inputs, batch)[0]!, dtype: 'bool' }];

const comparing = (holds: (a: number, b: number) => boolean): Operator => ({
  schema: '2 2 1 01',
  infer: truth,
  fold: ofTwo((a, b) => Number(holds(a, b)), 'bool'),
});

const inferWhere: Infer = (_node, [condition, a, b]) => [
  { dtype: a!.dtype, shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)) },
];

const foldWhere: Fold = (_node, [condition, a, b]) => {
  const holds = make('float64', condition!.shape, numbersOf(condition!));
  const chosen = binary((is, x) => (is !== 0 ? x : Number.NaN))(holds, a!);
  return [binary((x, other) => (Number.isNaN(x) ? other : x), a!.dtype)(chosen, b!)];
};

/** Truth values, and what is chosen by them. They stand in shape arithmetic, and have no gradient. */
export const comparison: OperatorFamily = {
  Equal: comparing((a, b) => a === b),
  Greater: comparing((a, b) => a > b),
  Less: comparing((a, b) => a < b),
  GreaterOrEqual: comparing((a, b) => a >= b),
  LessOrEqual: comparing((a, b) => a <= b),
  And: { schema: '2 2 1 01', infer: truth },
  Or: { schema: '2 2 1 01', infer: truth },
  Not: { schema: '1 1 1 0', infer: same },
  Where: { schema: '3 3 1 12', infer: inferWhere, fold: foldWhere },
};
