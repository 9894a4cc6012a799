import { ModelError } from '../base/errors.js';

/** Element types that occur in classifiers; the names are ours, the numbers ONNX's (TensorProto.DataType). */
export const DTYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type DType = keyof typeof DTYPES;

export type ConstantData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor known at compile time: row-major; float16 and bfloat16 are held as their 16 bits, bool as bytes. */
export interface Constant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ConstantData;
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Constant }
  | { readonly type: 'unsupported'; readonly value: string };

/** One operation. An absent optional input is the empty string, as in ONNX. */
export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A dimension of a graph input: a number, or the name of a dimension that the caller chooses. */
export type Dim = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** An ONNX graph, immutable; `nodes` are in an order in which every value is made before it is used. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** Types of values in between, where an engine could not infer them. */
  readonly values?: readonly ValueInfo[];
}

/** "Conv `conv1`": how messages name a node. */
export function describe(node: Node): string {
  return `${node.op} \`${node.name || node.outputs[0] || '?'}\``;
}

type ValueOf<T extends Attribute['type']> = Extract<Attribute, { type: T }>['value'];

function attribute<T extends Attribute['type']>(node: Node, name: string, type: T): ValueOf<T> | undefined {
  const attribute = node.attributes[name];
  if (attribute === undefined) return undefined;
  if (attribute.type !== type) {
    throw new ModelError(
      `${describe(node)}: attribute ${name} is ${attribute.type}, expected ${type}; export the model again`,
    );
  }
  // The check above narrows it; TypeScript does not narrow a generic discriminant.
  return attribute.value as never;
}

export function intOf(node: Node, name: string, fallback: number): number {
  return attribute(node, name, 'int') ?? fallback;
}

export function floatOf(node: Node, name: string, fallback: number): number {
  return attribute(node, name, 'float') ?? fallback;
}

export function stringOf(node: Node, name: string, fallback: string): string {
  return attribute(node, name, 'string') ?? fallback;
}

export function intsOf(node: Node, name: string): readonly number[] | undefined {
  return attribute(node, name, 'ints');
}

/** The values of a constant as plain numbers; int64 beyond 2^53 saturate there, which only "to the end" slices use. */
export function numbersOf(constant: Constant): number[] {
  return Array.from(constant.data as ArrayLike<number | bigint>, Number);
}

/** Product of the dimensions; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
