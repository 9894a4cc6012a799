import type { Attribute, Constant, DType, Graph, Node, ValueInfo } from '../../src/onnx/graph.js';
import { sizeOf } from '../../src/onnx/graph.js';
import { uniform } from './random.js';

/** Attributes as plain values: an integer is an int unless written `{ float: 1 }`. */
export type PlainAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | Constant;

function attributeOf(value: PlainAttribute): Attribute {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'int' : 'float', value };
  if ('float' in value) return { type: 'float', value: value.float };
  if ('floats' in value) return { type: 'floats', value: value.floats };
  if ('dtype' in value) return { type: 'tensor', value };
  return { type: 'ints', value };
}

export function nodeOf(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, PlainAttribute>> = {},
): Node {
  const named = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
  return { op, domain: '', name: outputs[0] ?? op, inputs, outputs, attributes: Object.fromEntries(named) };
}

export function float32(shape: readonly number[], data: ArrayLike<number>): Constant {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

export function int64(data: readonly number[], shape: readonly number[] = [data.length]): Constant {
  return { dtype: 'int64', shape, data: BigInt64Array.from(data, BigInt) };
}

export function bools(shape: readonly number[], data: readonly number[]): Constant {
  return { dtype: 'bool', shape, data: Uint8Array.from(data) };
}

/** A float32 constant with seeded values uniform in [-range, range]. */
export function randomWeights(shape: readonly number[], seed: number, range = 1): Constant {
  return float32(shape, uniform(sizeOf(shape), seed, range));
}

export function valueInfo(name: string, shape: ValueInfo['shape'], dtype: DType = 'float32'): ValueInfo {
  return { name, dtype, shape };
}

export function graphOf(
  nodes: readonly Node[],
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  constants: Readonly<Record<string, Constant>> = {},
): Graph {
  return { name: 'test', opset: 17, inputs, outputs, nodes, constants: new Map(Object.entries(constants)) };
}
