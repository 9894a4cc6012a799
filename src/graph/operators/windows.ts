import { ModelError } from '../../base/errors.js';
import { describe, intOf, intsOf, type Node, stringOf } from '../../onnx/graph.js';
import { ints } from './lowering.js';

/** A sliding window over the spatial axes, with every pad explicit and the output size rounded down. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padBegin: readonly number[];
  readonly padEnd: readonly number[];
  /** Spatial size of the output. */
  readonly output: readonly number[];
  /** How far `padEnd` reaches beyond what the model asked for, to hold the last window of ceil_mode. */
  readonly ceilExtra: readonly number[];
}

/**
 * Resolves kernel, strides, dilations, auto_pad and ceil_mode of a Conv or pooling node into explicit numbers.
 * ceil_mode becomes a longer end pad; a last window that would start in the padding is dropped, as PyTorch and
 * Caffe do (onnxruntime's versions differ there, explicit pads leave no room for that).
 * @param spatial spatial size of the input, e.g. [H, W]
 */
export function windowsOf(node: Node, spatial: readonly number[], kernel: readonly number[]): Windows {
  checkSpatial(node, spatial);
  const rank = spatial.length;
  const strides = intsOf(node, 'strides') ?? spatial.map(() => 1);
  const dilations = intsOf(node, 'dilations') ?? spatial.map(() => 1);
  const pads = intsOf(node, 'pads') ?? new Array<number>(2 * rank).fill(0);
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  const ceil = intOf(node, 'ceil_mode', 0) === 1;
  if (
    kernel.length !== rank ||
    strides.length !== rank ||
    dilations.length !== rank ||
    pads.length !== 2 * rank ||
    [...kernel, ...strides, ...dilations].some((value) => !(value >= 1)) ||
    pads.some((value) => !(value >= 0))
  ) {
    throw new ModelError(
      `${describe(node)}: kernel, strides, dilations or pads do not fit its ${rank} spatial axes`,
    );
  }
  const axes = spatial.map((size, axis) => {
    const extent = (kernel[axis]! - 1) * dilations[axis]! + 1;
    const stride = strides[axis]!;
    const [begin, end] = padsOfAxis(autoPad, size, extent, stride, pads[axis]!, pads[rank + axis]!);
    if (node.op !== 'Conv' && Math.max(begin, end) >= extent) {
      throw new ModelError(
        `${describe(node)}: its pads (${begin}, ${end}) are not smaller than its window (${extent})`,
      );
    }
    const room = size + begin + end - extent;
    let output = Math.floor(room / stride) + 1;
    if (ceil && room % stride !== 0 && output * stride < size + begin) output += 1;
    if (output < 1) {
      throw new ModelError(
        `${describe(node)}: its window (${extent}) is larger than its input (${size}); use a larger input size`,
      );
    }
    const extra = Math.max(0, (output - 1) * stride + extent - size - begin - end);
    return { begin, end: end + extra, output, extra };
  });
  return {
    kernel,
    strides,
    dilations,
    padBegin: axes.map(({ begin }) => begin),
    padEnd: axes.map(({ end }) => end),
    output: axes.map(({ output }) => output),
    ceilExtra: axes.map(({ extra }) => extra),
  };
}

/** The attributes that a lowered node has in place of auto_pad and ceil_mode. */
export function windowAttributes({ kernel, strides, dilations, padBegin, padEnd }: Windows) {
  return {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([...padBegin, ...padEnd]),
  };
}

/** A value [C] or [N, C] has nothing to slide over; engines refuse it. */
export function checkSpatial(node: Node, spatial: readonly number[]): void {
  if (spatial.length === 0) throw new ModelError(`${describe(node)}: its input has no spatial axes`);
}

function padsOfAxis(
  autoPad: string,
  size: number,
  extent: number,
  stride: number,
  begin: number,
  end: number,
): [number, number] {
  if (autoPad === 'NOTSET' || autoPad === '') return [begin, end];
  if (autoPad === 'VALID') return [0, 0];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
  const less = Math.floor(total / 2);
  return autoPad === 'SAME_LOWER' ? [total - less, less] : [less, total - less];
}
