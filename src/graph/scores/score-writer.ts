import { type Attribute, type Constant, intOf, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import { withoutDead } from '../live.js';
import type { Lowered } from '../lower.js';
import { sameShape } from '../shapes.js';
import type { ValueType } from '../value-type.js';
import type { HeadStep } from './head.js';
import type { Tail } from './tail.js';

const float = (size: number): ValueType => ({ dtype: 'float32', batched: true, dims: [size] });

/** Appends to a lowered graph the nodes that bring its scores into another form; their values are [N, …]. */
export class ScoreWriter {
  readonly #nodes: Node[];
  readonly #constants: Map<string, Constant>;
  readonly #types: Map<string, ValueType>;
  #serial = 0;

  constructor(
    lowered: Lowered,
    readonly prefix: string,
  ) {
    this.#nodes = [...lowered.nodes];
    this.#constants = new Map(lowered.constants);
    this.#types = new Map(lowered.types);
  }

  sizeOf(value: string): number {
    return sizeOf(this.#types.get(value)!.dims);
  }

  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    type?: ValueType,
    name?: string,
  ): string {
    const value = `${this.prefix}/score${this.#serial++ || ''}`;
    this.#nodes.push({ op, domain: '', name: name ?? value, inputs, outputs: [value], attributes });
    this.#types.set(value, type ?? this.#types.get(inputs[0]!)!);
    return value;
  }

  #constant(constant: Constant): string {
    const name = `${this.prefix}/score_constant${this.#serial++}`;
    this.#constants.set(name, constant);
    return name;
  }

  reshaped(value: string, dims: readonly number[]): string {
    if (sameShape(this.#types.get(value)!.dims, dims)) return value;
    return this.add('Reshape', [value, this.#constant(int64([-1, ...dims]))], {}, { ...float(1), dims });
  }

  /** [N, classes] */
  flat(value: string): string {
    return this.reshaped(value, [this.sizeOf(value)]);
  }

  /** 1 − p */
  complement(p: string): string {
    const one = this.#constant({ dtype: 'float32', shape: [], data: Float32Array.of(1) });
    return this.add('Add', [this.add('Neg', [p]), one]);
  }

  /** log σ(z) = −log(1 + e^−z) */
  logSigmoid(z: string): string {
    return this.add('Neg', [this.add('Softplus', [this.add('Neg', [z])])]);
  }

  along(op: 'Softmax' | 'LogSoftmax', value: string): string {
    return this.add(op, [value], { axis: { type: 'int', value: 1 } });
  }

  /** Scores [N, C] side by side. */
  joined(parts: readonly string[]): string {
    const size = parts.reduce((sum, part) => sum + this.sizeOf(part), 0);
    return this.add('Concat', parts, { axis: { type: 'int', value: 1 } }, float(size));
  }

  /** The output as it is with `value` in the place of that one of the tail. */
  behind({ values, segments }: Tail, position: number, value: string): string {
    if (position === 0) return value;
    return this.#again(segments.slice(0, position).reverse().flat(), values[position]!, value, values[0]!);
  }

  /**
   * A single score z, times two signs, as the layer that makes it with two outputs: such a network is again one that ends in
   * a linear layer. [N, 2]; undefined where no linear layer makes z.
   */
  linearPair(value: string, signs: readonly [number, number]): string | undefined {
    const node = this.#nodes.find(({ outputs }) => outputs.includes(value));
    const [from, to] = [node?.inputs[0] ?? '', node?.inputs[1] ?? ''];
    const given = this.#types.get(from)?.dims ?? [];
    if (node?.op === 'Reshape' && sizeOf(given) === 1) return this.linearPair(from, signs);
    const second = this.#constants.get(to);
    if (node === undefined || second?.dtype !== 'float32') return undefined;
    if (node.op === 'Add' && sizeOf(second.shape) === 1) {
      const inner = this.linearPair(from, signs);
      return inner && this.add('Add', [inner, this.#twice(second, signs, [1, 2])]);
    }
    if ((node.op !== 'Gemm' && node.op !== 'MatMul') || second.shape.length !== 2 || given.length !== 1)
      return undefined;
    const third = this.#constants.get(node.inputs[2] ?? '');
    if (node.inputs.length > 2 && third?.dtype !== 'float32') return undefined;
    const rows = intOf(node, 'transB', 0) === 1;
    const weights = this.#twice(second, signs, rows ? [2, given[0]!] : [given[0]!, 2]);
    const bias = third === undefined ? [] : [this.#twice(third, signs, [1, 2])];
    return this.add(node.op, [from, weights, ...bias], node.attributes, float(2), node.name);
  }

  /** Constants of one output as those of two, each times its sign. */
  #twice(constant: Constant, signs: readonly [number, number], shape: readonly [number, number]): string {
    const one = numbersOf(constant);
    const data =
      shape[0] === 2
        ? signs.flatMap((sign) => one.map((w) => sign * w))
        : one.flatMap((w) => signs.map((sign) => sign * w));
    return this.#constant({ dtype: 'float32', shape, data: Float32Array.from(data) });
  }

  /** `value` in the place of the first step's, carried through the steps that choose or reorder, as [N, classes]. */
  arranged({ values, segments }: Tail, steps: readonly HeadStep[], value: string): string {
    let at = value;
    for (const { from, to, does } of steps) {
      const dims = this.#types.get(values[to]!)!.dims;
      if (does !== 'choice') {
        at = this.reshaped(at, dims);
        continue;
      }
      at = this.#again(
        segments[to]!,
        values[from]!,
        this.reshaped(at, this.#types.get(values[from]!)!.dims),
        values[to]!,
      );
    }
    return this.flat(at);
  }

  /** The same nodes once more, over another value. */
  #again(nodes: readonly Node[], from: string, value: string, to: string): string {
    const names = new Map([[from, value]]);
    for (const node of nodes) {
      const inputs = node.inputs.map((name) => names.get(name) ?? name);
      const outputs = node.outputs.map(() => `${this.prefix}/score${this.#serial++ || ''}`);
      node.outputs.forEach((name, i) => {
        names.set(name, outputs[i]!);
        this.#types.set(outputs[i]!, this.#types.get(name)!);
      });
      // By its own name it can be found in the file, where a message speaks of it.
      this.#nodes.push({ ...node, inputs, outputs });
    }
    return names.get(to)!;
  }

  finish(value: string) {
    const { nodes } = withoutDead(this.#nodes, this.#constants, [value]);
    const taken = new Set<string>();
    return {
      // onnxruntime wants every node's name to be its own: the second one of a name is called after its value.
      nodes: nodes.map((node) => {
        if (taken.has(node.name)) return { ...node, name: node.outputs[0]! };
        taken.add(node.name);
        return node;
      }),
      constants: this.#constants,
      types: this.#types,
      logits: value,
      classCount: this.sizeOf(value),
    };
  }
}
