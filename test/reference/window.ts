import { intOf, intsOf, type Node, stringOf } from '../../src/onnx/graph.js';

/** Geometry of a sliding window over the spatial axes, with the attributes' defaults filled in. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
}

export function windowOf(node: Node, kernel: readonly number[], input: readonly number[]): Window {
  const rank = kernel.length;
  const strides = intsOf(node, 'strides') ?? kernel.map(() => 1);
  const dilations = intsOf(node, 'dilations') ?? kernel.map(() => 1);
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const totals = kernel.map((k, i) => {
      const out = Math.ceil(input[i]! / strides[i]!);
      return Math.max(0, (out - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - input[i]!);
    });
    const small = totals.map((total) => Math.floor(total / 2));
    const large = totals.map((total) => Math.ceil(total / 2));
    const [padsBegin, padsEnd] = autoPad === 'SAME_UPPER' ? [small, large] : [large, small];
    return { kernel, strides, dilations, padsBegin, padsEnd };
  }
  const pads =
    (autoPad === 'NOTSET' ? intsOf(node, 'pads') : undefined) ?? [...kernel, ...kernel].map(() => 0);
  return { kernel, strides, dilations, padsBegin: pads.slice(0, rank), padsEnd: pads.slice(rank) };
}

/**
 * Number of window positions along each axis. With `ceil_mode` a last, partly filled window counts too,
 * unless it would begin in the padding at the end (the rule of PyTorch, and of ONNX since opset 19).
 */
export function outputSizes(node: Node, window: Window, input: readonly number[]): number[] {
  const ceil = intOf(node, 'ceil_mode', 0) === 1;
  return window.kernel.map((k, i) => {
    const stride = window.strides[i]!;
    const begin = window.padsBegin[i]!;
    const room = input[i]! + begin + window.padsEnd[i]! - ((k - 1) * window.dilations[i]! + 1);
    const count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    return ceil && (count - 1) * stride >= input[i]! + begin ? count - 1 : count;
  });
}

/** Position in the input of tap `tap` of the window at `out`, one per spatial axis; may lie in the padding. */
export function tapPosition(window: Window, out: readonly number[], tap: readonly number[]): number[] {
  return out.map((o, i) => o * window.strides[i]! + tap[i]! * window.dilations[i]! - window.padsBegin[i]!);
}
