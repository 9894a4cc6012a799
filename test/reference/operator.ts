import type { Node } from '../../src/onnx/graph.js';
import type { RefTensor } from './tensor.js';

/** Inputs as the node lists them; an absent optional input is undefined. */
export type Inputs = readonly (RefTensor | undefined)[];

/** One operator: its outputs in the order of the node's, trailing optional ones may be missing. */
type Operator = (node: Node, inputs: Inputs) => readonly RefTensor[];

export type Operators = Readonly<Record<string, Operator>>;

export function required(node: Node, inputs: Inputs, i: number): RefTensor {
  const input = inputs[i];
  if (input === undefined) throw new Error(`${node.op} ${node.name}: input ${i} is missing`);
  return input;
}

export function integers(x: RefTensor | undefined): number[] | undefined {
  return x === undefined ? undefined : Array.from(x.data);
}
