import type { Tensor } from '@tensorflow/tfjs-core';
import { EngineError } from '../../base/errors.js';
import { type Constant, describe, type Node } from '../../onnx/graph.js';
import { type Layout, type Tf, Value } from './value.js';

/** What the implementation of an operator sees of the node that it runs. */
export interface KernelContext {
  readonly tf: Tf;
  readonly node: Node;
  /** Inputs, undefined where an optional one is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** The constant behind an input, undefined when it is computed. */
  readonly constant: (input: number) => Constant | undefined;
  /** A tensor derived from constants alone: made once, kept until the session closes. */
  readonly cached: (key: string, make: () => Tensor) => Tensor;
}

/** Runs one node. Tensors that it makes and does not return are disposed of behind it. */
export type Kernel = (context: KernelContext) => Value | readonly Value[];

export type KernelTable = Readonly<Record<string, Kernel>>;

/** Stops the run with one line that names operator and node. */
export function unsupported(node: Node, why: string): never {
  throw new EngineError(`tfjs cannot run ${describe(node)}: ${why}; use engine: onnxruntime`);
}

export function input(context: KernelContext, position: number): Value {
  return context.inputs[position] ?? unsupported(context.node, `its input ${position} is missing`);
}

export function plain(context: KernelContext, tensor: Tensor, ints?: readonly number[]): Value {
  return new Value(context.tf, tensor, 'plain', tensor.shape, ints);
}

/** A tensor in [N,H,W,C] as a value of shape [N,C,H,W]. */
export function nhwc(context: KernelContext, tensor: Tensor): Value {
  const [n, h, w, c] = tensor.shape as [number, number, number, number];
  return new Value(context.tf, tensor, 'nhwc', [n, c, h, w]);
}

export function valueIn(context: KernelContext, tensor: Tensor, layout: Layout): Value {
  return layout === 'plain' ? plain(context, tensor) : nhwc(context, tensor);
}

/** [N,H,W,C] when a value of four axes is only at hand like that, so that nothing is transposed without need. */
export function layoutOf(values: readonly Value[]): Layout {
  return values.every(({ shape }) => shape.length === 4) && values.some(({ layout }) => layout === 'nhwc')
    ? 'nhwc'
    : 'plain';
}

/** The numbers of an integer input; read from the device when they are not known without it. */
export function intsIn(context: KernelContext, position: number): readonly number[] {
  const value = input(context, position);
  return value.ints ?? [...value.plain().dataSync()];
}
