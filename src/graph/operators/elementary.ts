import { derivative } from './derivative.js';
import { each } from './folding.js';
import { elementwise } from './inferring.js';
import type { OperatorFamily } from './operator.js';

/** Functions of one number that are no activations. */
export const elementary: OperatorFamily = {
  Neg: {
    ...elementwise,
    traits: ['elementwise', 'linear'],
    fold: each((x) => -x),
    gradient: ({ b, g }) => [b.add('Neg', [g])],
  },
  Abs: {
    ...elementwise,
    traits: ['elementwise', 'nonnegative'],
    fold: each(Math.abs),
    gradient: derivative((b, x) => b.add('Sign', [x])),
  },
  Sqrt: {
    ...elementwise,
    traits: ['elementwise', 'nonnegative'],
    fold: each(Math.sqrt),
    gradient: derivative((b, _x, y) => b.add('Div', [b.scalar(0.5), y])),
  },
  Exp: {
    ...elementwise,
    traits: ['elementwise', 'nonnegative'],
    fold: each(Math.exp),
    gradient: derivative((_b, _x, y) => y),
  },
  Log: { ...elementwise, fold: each(Math.log), gradient: derivative((b, x) => b.add('Reciprocal', [x])) },
  // (1/x)' = −y²
  Reciprocal: {
    ...elementwise,
    fold: each((x) => 1 / x),
    gradient: derivative((b, _x, y) => b.add('Neg', [b.add('Mul', [y, y])])),
  },
  Sign: { ...elementwise, fold: each(Math.sign) },
  Floor: { ...elementwise, fold: each(Math.floor) },
  Ceil: { ...elementwise, fold: each(Math.ceil) },
  // Halves go to the even number.
  Round: {
    ...elementwise,
    fold: each((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  },
};
