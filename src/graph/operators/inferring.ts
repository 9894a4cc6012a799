import { ModelError } from '../../base/errors.js';
import { describe, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import type { Infer, Operator } from './operator.js';

/** The output is like the first input. */
export const same: Infer = (_node, [x]) => [{ dtype: x!.dtype, shape: x!.shape }];

/** An operator of one input and no attributes, which acts on each number alone. */
export const elementwise = { schema: '1 1 1 0', traits: ['elementwise'], infer: same } satisfies Operator;

/** All inputs broadcast, as numpy does. */
export const broadcast: Infer = (_node, inputs) => [
  {
    dtype: inputs[0]!.dtype,
    shape: inputs.reduce<readonly number[]>((shape, input) => broadcastShapes(shape, input!.shape), []),
  },
];

/** A bias or statistic of one value per channel. Throws ModelError when it has another shape. */
export function checkSide(node: Node, what: string, given: Info | undefined, shape: readonly number[]): void {
  if (given === undefined || sameShape(given.shape, shape)) return;
  throw new ModelError(
    `${describe(node)}: its ${what} is [${given.shape.join(',')}], expected [${shape.join(',')}]`,
  );
}

/** The type of a value that is normalised along an axis. Throws ModelError when that would mix the images of a batch. */
export function notAlongBatch(node: Node, x: Info, axis: number): Info {
  if (axis === 0) {
    throw new ModelError(
      `${describe(node)} mixes the images of a batch (axis 0); export the model for single images`,
    );
  }
  return { dtype: x.dtype, shape: x.shape };
}

/** Weights are not looked through. */
const MOST_COPIES = 1 << 16;

/** A constant that holds one number, however often, and leaves the shape of the other operand as it is. */
export function isOneNumber(input: Info | undefined, other: Info | undefined): boolean {
  if (input?.known === undefined || other === undefined || sizeOf(input.shape) > MOST_COPIES) return false;
  if (!sameShape(broadcastShapes(input.shape, other.shape), other.shape)) return false;
  const [first, ...others] = numbersOf(input.known);
  return first !== undefined && others.every((value) => value === first);
}
