import type { Attribute, Constant, ConstantData, DType, Graph, Node } from '../onnx/graph.js';
import { arrayOf } from '../onnx/tensor.js';

/** Nodes and constants that stand before or behind a graph that is finished; their names begin with a word of their own. */
export class Extension {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();

  /** @param prefix that no name of the graph begins with */
  constructor(readonly prefix: string) {}

  /** Appends a node with one output, and returns that output's name. */
  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = `${this.prefix}${op}_${this.#nodes.length}`;
    this.#nodes.push({ op, domain: '', name, inputs, outputs: [name], attributes });
    return name;
  }

  constant(dtype: DType, shape: readonly number[], data: ConstantData): string {
    const name = `${this.prefix}const_${this.#constants.size}`;
    this.#constants.set(name, { dtype, shape, data });
    return name;
  }

  /** Numbers of one type: a vector, or of a single number a scalar. */
  numbers(dtype: DType, values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    return this.constant(dtype, typeof values === 'number' ? [] : [list.length], arrayOf(dtype, list));
  }

  cast(value: string, to: number): string {
    return this.add('Cast', [value], { to: { type: 'int', value: to } });
  }

  /** Gives a value a name. */
  named(value: string, name: string): void {
    this.#nodes.push({ op: 'Identity', domain: '', name, inputs: [value], outputs: [name], attributes: {} });
  }

  /** The graph with these nodes in front of its own. */
  before(graph: Graph): Graph {
    return { ...graph, nodes: [...this.#nodes, ...graph.nodes], constants: this.#together(graph) };
  }

  /** The graph with these nodes behind its own. */
  behind(graph: Graph): Graph {
    return { ...graph, nodes: [...graph.nodes, ...this.#nodes], constants: this.#together(graph) };
  }

  #together({ constants }: Graph): Graph['constants'] {
    return new Map([...constants, ...this.#constants]);
  }
}

/** A beginning for names that no name in the graph has. */
export function freePrefix(graph: Graph, word: string): string {
  const names = namesIn(graph);
  for (let stem = word; ; stem += '_') {
    if (!names.some((name) => name.startsWith(`${stem}/`))) return `${stem}/`;
  }
}

/** All names of values. */
export function namesIn({ inputs, outputs, nodes, constants }: Graph): readonly string[] {
  return [
    ...inputs.map(({ name }) => name),
    ...outputs.map(({ name }) => name),
    ...constants.keys(),
    ...nodes.flatMap((node) => [...node.inputs, ...node.outputs]),
  ];
}
