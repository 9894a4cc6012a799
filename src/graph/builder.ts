import {
  type Attribute,
  type Constant,
  type ConstantData,
  type DType,
  type Graph,
  type Node,
  sizeOf,
  type ValueInfo,
} from '../onnx/graph.js';
import { MappedConstant } from '../onnx/mapped.js';
import { sortNodes } from '../onnx/sort.js';
import { arrayOf } from '../onnx/tensor.js';
import { withoutDead } from './live.js';
import type { Network } from './prepared-network.js';
import type { ValueType } from './value-type.js';

/** How the names of all that is added to a network begin. */
export const ADDED = 'explain/';

/**
 * Appends nodes to a prepared network. Values of the forward part are [N, ...dims]; values of the backward part
 * are [N·k, ...dims]: the k classes of an image ride in the batch axis, image-major (row n·k + j).
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #cache = new Map<string, string>();
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers = new Map<string, Node[]>();
  readonly #oneHots = new Map<string, string>();
  readonly #rectified = new Map<string, string>();
  readonly #instead = new Map<Node, string>();
  readonly #inputs: ValueInfo[];
  readonly #outputs: ValueInfo[] = [];
  readonly #values: ValueInfo[] = [];
  #serial = 0;

  /**
   * @param k number of classes explained per image, at least 1
   * @param keep what stands for a new constant: the same numbers, elsewhere perhaps
   */
  constructor(
    readonly network: Network,
    readonly k: number,
    readonly keep: (constant: Constant) => Constant = (constant) => constant,
  ) {
    this.#inputs = [...network.graph.inputs];
    this.#makers = new Map(
      network.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
    );
    for (const node of network.graph.nodes) {
      for (const name of new Set(node.inputs))
        this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
  }

  /** Appends a node with one output and returns that output's name. */
  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.addMany(op, inputs, 1, attributes)[0]!;
  }

  addMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const name = `${ADDED}${op}_${this.#serial++}`;
    const outputs = Array.from({ length: count }, (_, i) => (count === 1 ? name : `${name}:${i}`));
    this.#nodes.push({ op, domain: '', name, inputs, outputs, attributes });
    return outputs;
  }

  /** Makes something once per key, so that methods which need the same intermediate value share it. */
  once(key: string, make: () => string): string {
    const found = this.#cache.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.#cache.set(key, made);
    return made;
  }

  constant(dtype: DType, shape: readonly number[], data: ConstantData): string {
    return this.#addConstant({ dtype, shape, data });
  }

  /** A constant of the same shape as a float32 one, each number made of its own. */
  mapped(from: Constant, make: (value: number) => number): string {
    return this.#addConstant(MappedConstant.of(from, make));
  }

  #addConstant(constant: Constant): string {
    const name = `${ADDED}const_${this.#serial++}`;
    this.#constants.set(name, this.keep(constant));
    return name;
  }

  ints(values: readonly number[]): string {
    return this.once(`ints ${values.join()}`, () =>
      this.constant('int64', [values.length], arrayOf('int64', values)),
    );
  }

  scalar(value: number): string {
    return this.once(`float ${value}`, () => this.constant('float32', [], Float32Array.of(value)));
  }

  /**
   * @param shape its first dimension is −1 and stands for the batch's rows, [N·k, …] or [N, …]
   */
  reshape(x: string, shape: readonly number[], dtype: DType = 'float32'): string {
    const [, ...dims] = shape;
    const made = this.add('Reshape', [x, this.ints(shape)]);
    // An engine cannot see that the −1 is the batch again. onnxruntime wants to know before it lets a product of two
    // maps stay in its blocked layout.
    if (this.k === 1) this.#values.push({ name: made, dtype, shape: [this.#inputs[0]!.shape[0]!, ...dims] });
    return made;
  }

  /** A new input of the compiled graph. */
  input(info: ValueInfo): string {
    this.#inputs.push(info);
    return info.name;
  }

  /** Gives a value a public name and makes it an output. */
  output(value: string, info: ValueInfo): void {
    this.#nodes.push({
      op: 'Identity',
      domain: '',
      name: info.name,
      inputs: [value],
      outputs: [info.name],
      attributes: {},
    });
    this.#outputs.push(info);
  }

  /** Type of a forward value or constant. */
  type(name: string): ValueType {
    const type = this.network.types.get(name);
    if (type !== undefined) return type;
    const constant = this.known(name);
    if (constant === undefined) throw new Error(`no type is known for ${name}`);
    return { dtype: constant.dtype, batched: false, dims: constant.shape };
  }

  /** The constant of that name, of the forward graph or added; undefined when the value is computed. */
  known(name: string): Constant | undefined {
    return this.network.graph.constants.get(name) ?? this.#constants.get(name);
  }

  /** The forward node that makes a value. */
  makerOf(name: string): Node | undefined {
    return this.#makers.get(name);
  }

  /** The forward nodes that read a value, each once. */
  readersOf(name: string): readonly Node[] {
    return this.#readers.get(name) ?? [];
  }

  /** Remembers that the rows of `value` [N·k, classes] are one-hot, 1 at `ids` [N·k]: its products pick rows. */
  markOneHot(value: string, ids: string): void {
    this.#oneHots.set(value, ids);
  }

  /** The ids [N·k] at which the rows of a value are 1; undefined when it is not known to be one-hot. */
  oneHotIds(value: string): string | undefined {
    return this.#oneHots.get(value);
  }

  /** Remembers that a ReLU's rule, named `rule`, has been applied to the gradient `value` already. */
  markRectified(value: string, rule: string): void {
    this.#rectified.set(value, rule);
  }

  isRectified(value: string, rule: string): boolean {
    return this.#rectified.get(value) === rule;
  }

  /** The forward node is not computed: its only output is `value`, [N, ...dims] like it, made of added nodes. */
  instead(node: Node, value: string): void {
    this.#instead.set(node, value);
  }

  /**
   * g ⊙ x for a backward value g [N·k, ...dims] and a forward value x [N, ...dims]: x is shared by the k classes
   * through broadcasting, it is never copied.
   */
  timesForward(g: string, x: string, dims: readonly number[]): string {
    return this.withForward('Mul', g, x, dims);
  }

  withForward(op: string, g: string, x: string, dims: readonly number[]): string {
    if (this.k === 1) return this.add(op, [g, x]);
    const size = sizeOf(dims);
    const product = this.add(op, [this.reshape(g, [-1, this.k, size]), this.shared(x, size)]);
    return this.reshape(product, [-1, ...dims]);
  }

  /** A forward value [N, ...dims] seen as [N, 1, size], to be broadcast over the k classes. */
  shared(x: string, size: number): string {
    return this.once(`shared ${x} ${size}`, () => this.reshape(x, [-1, 1, size]));
  }

  /** A forward value [N, ...dims] repeated for each class: [N·k, ...dims]. */
  repeated(x: string, dims: readonly number[]): string {
    if (this.k === 1) return x;
    return this.once(`repeated ${x}`, () => {
      const size = sizeOf(dims);
      const expanded = this.add('Expand', [this.shared(x, size), this.ints([1, this.k, size])]);
      return this.reshape(expanded, [-1, ...dims]);
    });
  }

  /** The compiled graph: what the outputs need of the forward part and of what was added. */
  build(): Graph {
    const { graph } = this.network;
    const constants = new Map([...graph.constants, ...this.#constants]);
    const forward = graph.nodes.map((node): Node => {
      const value = this.#instead.get(node);
      return value === undefined ? node : { ...node, op: 'Identity', inputs: [value], attributes: {} };
    });
    const nodes = [...forward, ...this.#nodes];
    const known = [...this.#inputs.map(({ name }) => name), ...constants.keys()];
    const live = withoutDead(
      this.#instead.size === 0 ? nodes : sortNodes(nodes, known, this.#outputs),
      constants,
      this.#outputs.map(({ name }) => name),
    );
    const made = new Set(live.nodes.flatMap(({ outputs }) => outputs));
    const values = this.#values.filter(({ name }) => made.has(name));
    return { ...graph, ...live, values, inputs: this.#inputs, outputs: this.#outputs };
  }
}
