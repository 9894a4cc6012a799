import type { Attribute, Constant, Node } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import type { ValueType } from '../value-type.js';

/** What a lowering sees of its node, and how it answers. */
export interface LowerContext {
  readonly node: Node;
  readonly inputs: readonly (Info | undefined)[];
  /** The opset that the model was written for. */
  readonly opset: number;
  readonly type: (name: string) => ValueType;
  /** The model's node that makes a value. */
  readonly maker: (name: string) => Node | undefined;
  readonly constant: (hint: string, value: Constant) => string;
  readonly emit: (change: Partial<Node>) => void;
  /** A new value, of the same type as the node's output unless another is given. */
  readonly intermediate: (type?: ValueType) => string;
  /** The node only passes its first input on. */
  readonly alias: () => void;
}

/** Writes one node of the model in the operator forms that the backward rules know. */
export type Lower = (context: LowerContext) => void;

export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const scalar = (value: number): Constant => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

/** Appends nodes of one output each, the last of which makes the lowered node's own. */
export function chain({ node, emit, intermediate }: LowerContext) {
  return {
    step: (op: string, inputs: readonly string[], type?: ValueType, attributes: Node['attributes'] = {}) => {
      const name = intermediate(type);
      emit({ op, name, inputs, outputs: [name], attributes });
      return name;
    },
    last: (op: string, inputs: readonly string[], attributes: Node['attributes'] = {}) =>
      emit({ op, inputs, outputs: node.outputs.slice(0, 1), attributes }),
  };
}
