import type { Constant, Node } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import type { Lower } from './lowering.js';
import type { BackwardRule } from './rule.js';
import type { Trait } from './traits.js';

/** An operator: all that is known of it, but for its kernels, which stay with their engine. */
export interface Operator {
  /** What ONNX says of its inputs, outputs and attributes, as schema.ts reads it. */
  readonly schema: string;
  readonly traits?: readonly Trait[];
  /** Types and shapes. Without it the operator is computed at compile time, or refused. */
  readonly infer?: Infer;
  /** The same on numbers that are known at compile time. */
  readonly fold?: Fold;
  /** Writes it in the few forms that the gradients know. Without it the node stays as it is. */
  readonly lower?: Lower;
  /** Gradient of its inputs. Without it nothing below the operator is explained. */
  readonly gradient?: BackwardRule;
  /** What excitation backprop does at it. */
  readonly excitation?: BackwardRule;
}

/** By operator of the default domain. */
export type OperatorFamily = Readonly<Record<string, Operator>>;

/** A graph's batch and opset. */
export interface Batch {
  readonly size: number;
  /** The batch size that the model was exported with, when it was fixed. */
  readonly exported: number | undefined;
  readonly opset: number;
}

/** Types and shapes of a node's outputs. Throws ModelError when its inputs do not fit. */
export type Infer = (node: Node, inputs: readonly (Info | undefined)[], batch: Batch) => Info[];

/** A node's outputs, computed; undefined where the engine has to. */
export type Fold = (
  node: Node,
  inputs: readonly (Constant | undefined)[],
  opset: number,
) => readonly Constant[] | undefined;
