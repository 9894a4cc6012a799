import type { Node } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';

/** What is said of a graph's batch and operators as a whole. */
export interface Batch {
  readonly size: number;
  /** The batch size that the model was exported with, when it was fixed. */
  readonly exported: number | undefined;
  readonly opset: number;
}

/** Types and shapes of a node's outputs. Throws ModelError when its inputs do not fit. */
export type Infer = (node: Node, inputs: readonly (Info | undefined)[], batch: Batch) => Info[];

/** By operator. */
export type InferTable = Readonly<Record<string, Infer>>;
