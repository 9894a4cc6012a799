import type { DType } from '../onnx/graph.js';

/** Type of a value of a prepared network: [N, ...dims] when `batched`, else dims alone. */
export interface ValueType {
  readonly dtype: DType;
  readonly batched: boolean;
  readonly dims: readonly number[];
}
