import { ModelError } from '../base/errors.js';
import type { Attribute, Constant, Node } from '../onnx/graph.js';
import type { CaffeLayer } from './net.js';

/** A value of the network under conversion: its ONNX name and the shape of one image's part, [C, H, W] or [C]. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const int64 = (values: readonly number[]): Constant => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
export const float32 = (shape: readonly number[], values: Iterable<number>): Constant => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

/**
 * Collects nodes and keeps Caffe's blob names apart. Caffe lets a layer overwrite its input ("in place"); ONNX gives
 * every value once. So a value has the name of its top, and an in-place value the name of its layer. After `conv5_3`
 * and, in place, `relu5_3` both names exist. Later layers that read `conv5_3` get `relu5_3`.
 */
export class NetBuilder {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  readonly #values = new Map<string, Value>();
  readonly #taken = new Set<string>();
  readonly #unread = new Set<string>();
  /** Tops that only a training network has, such as labels. */
  readonly #absent = new Set<string>();

  input(top: string, shape: readonly number[]): void {
    this.#taken.add(top);
    this.#values.set(top, { name: top, shape });
  }

  /** Shape of a top's current value. */
  shapeOf(top: string): readonly number[] {
    return this.#values.get(top)!.shape;
  }

  markAbsent(top: string): void {
    this.#absent.add(top);
  }

  isAbsent(top: string): boolean {
    return this.#absent.has(top) && !this.#values.has(top);
  }

  /** The current value of a bottom. @throws ModelError when no layer before it makes it */
  read(layer: CaffeLayer, at = 0): Value {
    const bottom = layer.bottoms[at];
    const value = bottom === undefined ? undefined : this.#values.get(bottom);
    if (value === undefined) {
      const what =
        bottom === undefined ? 'has no bottom' : `reads \`${bottom}\`, which no layer before it makes`;
      throw new ModelError(`${layer.where} ${what}`);
    }
    this.#unread.delete(bottom!);
    return value;
  }

  readAll(layer: CaffeLayer): Value[] {
    if (layer.bottoms.length === 0) this.read(layer);
    return layer.bottoms.map((_, at) => this.read(layer, at));
  }

  /** Adds the node that makes a layer's top. */
  write(
    layer: CaffeLayer,
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
    at = 0,
  ): void {
    const top = layer.tops[at];
    if (top === undefined) throw new ModelError(`${layer.where} has no top`);
    const output = this.#unique(this.#taken.has(top) ? layer.name || top : top);
    const name = at === 0 ? layer.name || output : output;
    this.nodes.push({ op, domain: '', name, inputs, outputs: [output], attributes });
    this.#values.set(top, { name: output, shape });
    this.#unread.delete(top);
    this.#unread.add(top);
  }

  /** A node within a layer, for layers that take more than one; returns its output. */
  step(
    layer: CaffeLayer,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = this.#unique(`${layer.name || layer.tops[0]}/${op.toLowerCase()}`);
    this.nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes });
    return output;
  }

  constant(layer: CaffeLayer, hint: string, value: Constant): string {
    const name = this.#unique(`${layer.name || layer.tops[0]}/${hint}`);
    this.constants.set(name, value);
    return name;
  }

  /** Tops that nothing reads, in the order in which they were made: the network's outputs. */
  outputs(): Value[] {
    return [...this.#unread].map((top) => this.#values.get(top)!);
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let serial = 2; this.#taken.has(name); serial++) name = `${wanted}_${serial}`;
    this.#taken.add(name);
    return name;
  }
}
