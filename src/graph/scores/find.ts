import { ModelError } from '../../errors.js';
import { int64 } from '../constants.js';
import { type Attribute, type Constant, intOf, type Node, numbersOf, sizeOf } from '../graph.js';
import { withoutDead } from '../live.js';
import type { Lowered } from '../lower.js';
import { sameShape } from '../shapes.js';
import type { ValueType } from '../value-type.js';
import { describeScore } from './describe.js';
import { type Head, type HeadStep, headOf, isHead } from './head.js';
import type { Score, ScoreKind } from './score.js';
import { type Tail, tailOf } from './tail.js';

/** A graph with the scores that are explained. */
export interface Scored {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Name of the scores, [N, classCount]. */
  readonly logits: string;
  readonly classCount: number;
  readonly score: Score;
}

/** Whether a value is one score per class, or one score. */
export function isScore(type: ValueType | undefined): boolean {
  if (type === undefined || !type.batched || type.dtype !== 'float32') return false;
  return type.dims.filter((dim) => dim > 1).length <= 1;
}

/**
 * The scores of a classifier with one output, as [N, classes]. The score of a class is its value before softmax (Grad-CAM,
 * section 3) unless another kind is asked for.
 * @param input name of the graph's input
 * @throws ModelError when the output is not one score per class
 */
export function findScores(lowered: Lowered, input: string, kind: ScoreKind): Scored {
  const [output] = lowered.outputs;
  const type = lowered.types.get(output!);
  if (output === undefined || !isScore(type)) {
    const shape = type === undefined ? '?' : [...(type.batched ? ['N'] : []), ...type.dims].join(',');
    throw new ModelError(
      `the model is not a classifier: no output has one score per class (outputs: \`${output}\` [${shape}])`,
    );
  }
  const tail = tailOf(lowered, output, input);
  const head = headOf(tail);
  const w = new Writer(lowered, output);
  const value = scoresAs(kind, w, tail, head);
  const one =
    head.steps.some(({ does }) => does === 'pair' || does === 'pair-reversed') ||
    w.sizeOf(tail.values[0]!) === 1;
  return { ...w.finish(value), score: describeScore(kind, tail, head, one) };
}

/** Writes the scores of a kind, [N, classes]; a single score becomes those of two classes. */
function scoresAs(kind: ScoreKind, w: Writer, tail: Tail, { steps, logits }: Head): string {
  const last = steps.findLastIndex(({ does }) => isHead(does));
  const head = steps[last];
  const arranged = (position: number, from: number) =>
    w.arranged(tail, steps.slice(from), tail.values[position]!);
  const pair = head?.does === 'pair' || head?.does === 'pair-reversed' ? head.does : undefined;
  const single = pair !== undefined || w.sizeOf(tail.values[0]!) === 1;
  // Of a single score z first the score itself, then both.
  const both = (not: string, is: string) => w.joined(pair === 'pair-reversed' ? [is, not] : [not, is]);
  const flat = (position: number, from: number) =>
    single ? w.flat(tail.values[position]!) : arranged(position, from);
  const negated = head?.does === 'negated-sigmoid';
  const z = () => (negated ? w.add('Neg', [flat(logits, 0)]) : flat(logits, 0));
  const given = () => (head === undefined || negated ? z() : w.flat(tail.values[head.from]!));
  switch (kind) {
    case 'logit': {
      if (!single) return z();
      const turned = negated || pair === 'pair-reversed';
      return w.linearPair(tail.values[logits]!, turned ? [1, -1] : [-1, 1]) ?? both(w.add('Neg', [z()]), z());
    }
    case 'output': {
      const whole = w.flat(tail.values[0]!);
      if (!single || pair !== undefined) return whole;
      // What the file would give of −z: for a head 1 − p, and whatever stands behind it done to that as well.
      const not = w.behind(tail, logits, w.add('Neg', [tail.values[logits]!]));
      return both(w.flat(not), whole);
    }
    case 'probability': {
      if (pair !== undefined) return w.flat(tail.values[head!.to]!);
      if (single) {
        const p =
          head?.does === 'sigmoid' || negated ? w.flat(tail.values[head.to]!) : w.add('Sigmoid', [given()]);
        return both(w.complement(p), p);
      }
      if (head === undefined) return w.along('Softmax', z());
      const own = head.does === 'softmax' || head.does === 'sigmoid' || negated;
      const p = own ? tail.values[head.to]! : w.add('Exp', [tail.values[head.to]!]);
      return w.arranged(tail, steps.slice(last + 1), p);
    }
    case 'log-probability': {
      if (single) return both(w.logSigmoid(w.add('Neg', [given()])), w.logSigmoid(given()));
      if (head === undefined) return w.along('LogSoftmax', z());
      const sigmoid = head.does === 'sigmoid' || head.does === 'log-sigmoid' || negated;
      const p = sigmoid ? w.logSigmoid(given()) : w.along('LogSoftmax', given());
      return w.arranged(tail, steps.slice(last + 1), p);
    }
  }
}

const float = (size: number): ValueType => ({ dtype: 'float32', batched: true, dims: [size] });

/** Appends nodes to a lowered graph; their values are [N, …]. */
class Writer {
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

  /** Two scores [N, 1] side by side. */
  joined(parts: readonly string[]): string {
    return this.add('Concat', parts, { axis: { type: 'int', value: 1 } }, float(parts.length));
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
