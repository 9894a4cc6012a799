import { intOf, intsOf, type Node } from '../../onnx/graph.js';

export interface TransposedGeometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
  readonly padBegin: readonly number[];
  /** How much the full transposed output exceeds the input at the end; negative where windows do not reach it. */
  readonly cropEnd: readonly number[];
  /** Pads of the equivalent stride-1 convolution, [begin…, end…]; negative where it would have to crop. */
  readonly flippedPads: readonly number[];
}

/** Geometry of the transposed form of a lowered Conv or pooling node. */
export function geometryOf(
  node: Node,
  input: readonly number[],
  output: readonly number[],
): TransposedGeometry {
  const rank = input.length;
  const kernel = intsOf(node, 'kernel_shape')!;
  const strides = intsOf(node, 'strides')!;
  const dilations = intsOf(node, 'dilations') ?? kernel.map(() => 1);
  const pads = intsOf(node, 'pads')!;
  const extents = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1);
  const padBegin = pads.slice(0, rank);
  const cropEnd = output.map(
    (size, axis) => (size - 1) * strides[axis]! + extents[axis]! - padBegin[axis]! - input[axis]!,
  );
  return {
    strides,
    dilations,
    group: intOf(node, 'group', 1),
    padBegin,
    cropEnd,
    flippedPads: [
      ...padBegin.map((pad, axis) => extents[axis]! - 1 - pad),
      ...cropEnd.map((crop, axis) => extents[axis]! - 1 - crop),
    ],
  };
}
