import { readFileSync } from 'node:fs';
import type { Attribute, Constant, DType, Graph } from '../../src/onnx/graph.js';
import { type RefTensor, tensor } from '../reference/tensor.js';

/** How a gradient passes a ReLU-like node; at Clip(0, 6) "x > 0" reads "0 < x < 6", but deconvnet sees g alone. */
export type ReluRule = 'gradient' | 'guided' | 'deconvnet';

/** A small net `x → … → Flatten → Gemm → logits` (some with a Softmax behind) and what PyTorch makes of it. */
export interface GoldenCase {
  readonly name: string;
  readonly rule: ReluRule;
  /** Input `x` [N, ...], one output. */
  readonly graph: Graph;
  /** One image, float32 numbers. */
  readonly x: RefTensor;
  /** [3]: the score of each class, before a softmax. */
  readonly logits: readonly number[];
  /** The classes whose gradients follow. */
  readonly classIds: readonly number[];
  /** One entry per class id: d logits[class] / dx, in the layout of x. */
  readonly gradients: readonly (readonly number[])[];
  /** The input holds equal values within a window: central differences do not apply, torch's choice does. */
  readonly ties: boolean;
}

interface PlainTensor {
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type PlainAttribute =
  | Exclude<Attribute, { type: 'tensor' }>
  | { readonly type: 'tensor'; readonly value: PlainTensor };

interface PlainCase extends Omit<GoldenCase, 'graph' | 'x' | 'ties'> {
  /** 17 where it is not said. */
  readonly opset?: number;
  readonly nodes: readonly {
    readonly op: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Readonly<Record<string, PlainAttribute>>;
  }[];
  readonly constants: Readonly<Record<string, PlainTensor>>;
  readonly x: Omit<PlainTensor, 'dtype'>;
  readonly output: string;
}

function constantOf(plain: PlainTensor): Constant {
  const data =
    plain.dtype === 'int64' ? BigInt64Array.from(plain.values, BigInt) : Float32Array.from(plain.values);
  return { dtype: plain.dtype as DType, shape: plain.shape, data };
}

function attributeOf(plain: PlainAttribute): Attribute {
  return plain.type === 'tensor' ? { type: 'tensor', value: constantOf(plain.value) } : plain;
}

function graphOf(plain: PlainCase): Graph {
  return {
    name: plain.name,
    opset: plain.opset ?? 17,
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', ...plain.x.shape.slice(1)] }],
    outputs: [{ name: plain.output, dtype: 'float32', shape: ['N', plain.logits.length] }],
    nodes: plain.nodes.map((node) => ({
      ...node,
      domain: '',
      name: node.outputs[0]!,
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([key, value]) => [key, attributeOf(value)]),
      ),
    })),
    constants: new Map(
      Object.entries(plain.constants).map(([name, constant]) => [name, constantOf(constant)]),
    ),
  };
}

function loadCase(plain: PlainCase): GoldenCase {
  const { name, rule, logits, classIds, gradients } = plain;
  const x = tensor(plain.x.shape, Float64Array.from(plain.x.values, Math.fround));
  const ties = new Set(plain.x.values).size < plain.x.values.length;
  return { name, rule, graph: graphOf(plain), x, logits, classIds, gradients, ties };
}

/** All cases of operators.jsonl, which scripts/golden/operators.py writes. */
export function loadGoldenCases(): GoldenCase[] {
  const text = readFileSync(new URL('operators.jsonl', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => loadCase(JSON.parse(line) as PlainCase));
}
