import type { Tensor } from '@tensorflow/tfjs-core';
import { type Constant, type DType, numbersOf } from '../../onnx/graph.js';

/** TensorFlow.js as it is loaded at run time. */
export type Tf = typeof import('@tensorflow/tfjs-core');

/** Where a tensor's axes lie: as the graph writes them, or [N,H,W,C], the only order that tfjs convolves. */
export type Layout = 'plain' | 'nhwc';

/** Position of each of the axes N, C, H, W in an [N,H,W,C] tensor. */
const NHWC_POSITION = [0, 3, 1, 2] as const;

/** Position of a graph's axis in a tensor of that layout. */
export function positionOf(axis: number, layout: Layout): number {
  return layout === 'plain' ? axis : NHWC_POSITION[axis]!;
}

/**
 * A value of the graph. It holds its tensor in the order in which it was made. The other order is made when first
 * asked for, and kept. So a chain of convolutions never transposes, and a value that is read twice does so once.
 */
export class Value {
  #plain: Tensor | undefined;
  #nhwc: Tensor | undefined;
  readonly #tf: Tf;
  readonly #upload: (() => Tensor) | undefined;

  /**
   * @param tensor the tensor, or what uploads it (a constant) when first asked for
   * @param shape as in the graph, in either layout
   * @param ints the numbers themselves, for shapes and axes known without asking the device
   */
  constructor(
    tf: Tf,
    tensor: Tensor | (() => Tensor),
    layout: Layout,
    readonly shape: readonly number[],
    readonly ints?: readonly number[],
  ) {
    this.#tf = tf;
    if (typeof tensor === 'function') this.#upload = tensor;
    else if (layout === 'plain') this.#plain = tf.keep(tensor);
    else this.#nhwc = tf.keep(tensor);
  }

  /** The layout that costs no transposition. */
  get layout(): Layout {
    return this.#plain === undefined && this.#nhwc !== undefined ? 'nhwc' : 'plain';
  }

  in(layout: Layout): Tensor {
    return layout === 'plain' ? this.plain() : this.nhwc();
  }

  /** Axes in the graph's order. */
  plain(): Tensor {
    this.#plain ??= this.#tf.keep(
      this.#nhwc === undefined ? this.#upload!() : this.#tf.transpose(this.#nhwc, [0, 3, 1, 2]),
    );
    return this.#plain;
  }

  /** Axes N, H, W, C; values of four axes only. */
  nhwc(): Tensor {
    this.#nhwc ??= this.#tf.keep(this.#tf.transpose(this.plain(), [0, 2, 3, 1]));
    return this.#nhwc;
  }

  dispose(): void {
    this.#plain?.dispose();
    this.#nhwc?.dispose();
  }
}

/** Element types inside: TensorFlow.js has no int64, so that indices and shapes are int32 there. */
function insideType(dtype: DType): 'float32' | 'int32' | 'bool' | undefined {
  if (dtype === 'float32' || dtype === 'float64') return 'float32';
  if (dtype === 'bool') return 'bool';
  return dtype === 'int64' || dtype === 'int32' ? 'int32' : undefined;
}

/** A constant, uploaded when first read; undefined for an element type that is not supported. */
export function upload(tf: Tf, constant: Constant): Value | undefined {
  const dtype = insideType(constant.dtype);
  if (dtype === undefined) return undefined;
  const { data, shape } = constant;
  const ints = dtype === 'int32' ? numbersOf(constant) : undefined;
  const values = (): Float32Array | Int32Array | Uint8Array =>
    ints !== undefined
      ? Int32Array.from(ints, saturated)
      : dtype === 'bool'
        ? Uint8Array.from(data as Uint8Array)
        : data instanceof Float32Array
          ? data
          : Float32Array.from(data as Float64Array);
  return new Value(tf, () => tf.tensor(values(), [...shape], dtype), 'plain', shape, ints);
}

/** "To the end" is written as the largest int64. */
function saturated(value: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
}
