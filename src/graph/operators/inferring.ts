import { ModelError } from '../../base/errors.js';
import { describe, type Node } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import type { Infer } from './operator.js';

/** The output is like the first input. */
export const same: Infer = (_node, [x]) => [{ dtype: x!.dtype, shape: x!.shape }];

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
