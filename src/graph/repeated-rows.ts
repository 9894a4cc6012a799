import type { Constant, Node, ValueInfo } from '../onnx/graph.js';
import { int64 } from './constants.js';
import { int } from './operators/lowering.js';
import type { ValueType } from './value-type.js';

/** A graph in the making, added to in place. */
interface Growing {
  readonly nodes: Node[];
  readonly constants: Map<string, Constant>;
  readonly types: Map<string, ValueType>;
}

/** Constants that a model blows up to the batch: their one row is expanded by the size of the batch at run time. */
export class RepeatedRows {
  readonly #input: ValueInfo;
  readonly #graph: Growing;
  readonly #added = new Set<string>();

  /** @param input of the graph, [N, …], which knows the size of the batch */
  constructor(input: ValueInfo, graph: Growing) {
    this.#input = input;
    this.#graph = graph;
  }

  /**
   * Makes `value` [N, ...dims], once.
   * @param row [1, ...dims]
   */
  add(value: string, row: Constant): void {
    if (this.#added.has(value)) return;
    const batch = this.#batch();
    this.#added.add(value);
    const { constants, types } = this.#graph;
    constants.set(`${value}/row`, row);
    const [, ...rest] = row.shape;
    let shape = batch;
    if (rest.length > 0) {
      shape = `${value}/target`;
      constants.set(`${value}/dims`, int64(rest));
      this.#step('Concat', [batch, `${value}/dims`], shape, { axis: int(0) });
      types.set(shape, int64Type(row.shape.length));
    }
    this.#step('Expand', [`${value}/row`, shape], value);
  }

  /** The name of the batch's size, [1]. */
  #batch(): string {
    const { name, shape } = this.#input;
    const batch = `${name}/batch`;
    if (this.#added.size > 0) return batch;
    const { constants, types } = this.#graph;
    this.#step('Shape', [name], `${batch}/shape`);
    types.set(`${batch}/shape`, int64Type(shape.length));
    constants.set(`${batch}/first`, int64([0]));
    constants.set(`${batch}/second`, int64([1]));
    this.#step('Slice', [`${batch}/shape`, `${batch}/first`, `${batch}/second`, `${batch}/first`], batch);
    types.set(batch, int64Type(1));
    return batch;
  }

  #step(op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): void {
    this.#graph.nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes });
  }
}

function int64Type(length: number): ValueType {
  return { dtype: 'int64', batched: false, dims: [length] };
}
