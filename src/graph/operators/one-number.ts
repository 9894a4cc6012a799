import { numbersOf, sizeOf } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import { broadcastShapes, sameShape } from '../shapes.js';

/** Weights are not looked through. */
const MOST_COPIES = 1 << 16;

/** A constant that holds one number, however often, and leaves the shape of the other operand as it is. */
export function isOneNumber(input: Info | undefined, other: Info | undefined): boolean {
  if (input?.known === undefined || other === undefined || sizeOf(input.shape) > MOST_COPIES) return false;
  if (!sameShape(broadcastShapes(input.shape, other.shape), other.shape)) return false;
  const [first, ...others] = numbersOf(input.known);
  return first !== undefined && others.every((value) => value === first);
}
