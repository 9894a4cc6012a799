import { ModelError, messageOf } from '../base/errors.js';
import { type Constant, describe, type Node, sizeOf } from '../onnx/graph.js';
import { hasTrait, operatorOf } from './operators/table.js';

/** Weights beyond this many elements are left to the engine: folding serves shape arithmetic and small weights. */
const LARGEST_FOLD = 1 << 18;

/** Whether `foldNode` knows the operator. */
export function folds(node: Node): boolean {
  return operatorOf(node)?.fold !== undefined;
}

/**
 * Computes a node whose inputs are all known, or returns undefined where the engine has to.
 * @param inputs undefined for absent optional inputs
 * @param opset that the node is written for
 * @throws ModelError when the inputs do not fit together
 */
export function foldNode(
  node: Node,
  inputs: readonly (Constant | undefined)[],
  opset: number,
): readonly Constant[] | undefined {
  const fold = operatorOf(node)?.fold;
  if (fold === undefined) return undefined;
  const large = inputs.some((input) => input !== undefined && sizeOf(input.shape) > LARGEST_FOLD);
  if (large && !hasTrait(node, 'view')) return undefined;
  if (inputs.some((input) => input?.dtype === 'float16' || input?.dtype === 'bfloat16')) return undefined;
  try {
    return fold(node, inputs, opset);
  } catch (error) {
    throw new ModelError(`${describe(node)}: its constant inputs do not fit together (${messageOf(error)})`);
  }
}
