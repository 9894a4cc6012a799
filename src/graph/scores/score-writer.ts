import { int64 } from '../constants.js';
import { type Attribute, type Constant, type Node, sizeOf } from '../graph.js';
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
  ): string {
    const name = `${this.prefix}/score${this.#serial++ || ''}`;
    this.#nodes.push({ op, domain: '', name, inputs, outputs: [name], attributes });
    this.#types.set(name, type ?? this.#types.get(inputs[0]!)!);
    return name;
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

  /** Two scores [N, 1] side by side. */
  joined(parts: readonly string[]): string {
    return this.add('Concat', parts, { axis: { type: 'int', value: 1 } }, float(parts.length));
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
      this.#nodes.push({ ...node, name: outputs[0]!, inputs, outputs });
    }
    return names.get(to)!;
  }

  finish(value: string) {
    return {
      nodes: this.#nodes,
      constants: this.#constants,
      types: this.#types,
      logits: value,
      classCount: this.sizeOf(value),
    };
  }
}
