import type { Constant, Node } from '../../onnx/graph.js';
import { intOf, intsOf } from '../../onnx/graph.js';
import { inBlocks } from '../channelwise.js';
import { int, ints } from '../lowering.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

/**
 * ∂L/∂x of y = W ∗ x. At stride 1 it is itself a convolution, with the kernel turned by 180° and its channel axes
 * swapped: as fast as the forward one. Strided ones are transposed convolutions over the same weights.
 */
const conv: BackwardRule = ({ b, node, g, needs }) => {
  if (needs(1) || needs(2))
    refuse(node, 'for weights computed from the image', 'export the model with constant weights');
  const weight = b.known(node.inputs[1]!);
  if (weight === undefined || weight.dtype !== 'float32') {
    refuse(
      node,
      'for weights that are not float32 constants',
      'export the model with constant float32 weights',
    );
  }
  const geometry = geometryOf(
    node,
    b.type(node.inputs[0]!).dims.slice(1),
    b.type(node.outputs[0]!).dims.slice(1),
  );
  const stride1 = geometry.strides.every((stride) => stride === 1);
  if (stride1 && geometry.flippedPads.every((pad) => pad >= 0)) {
    const flipped = b.once(`flipped ${node.inputs[1]} ${geometry.group}`, () => {
      const turned = flipKernel(weight, geometry.group);
      return b.constant('float32', turned.shape, turned.data);
    });
    return [
      b.add('Conv', [g, flipped], {
        kernel_shape: ints(weight.shape.slice(2)),
        dilations: ints(geometry.dilations),
        group: int(geometry.group),
        pads: ints(geometry.flippedPads),
        strides: ints(geometry.strides),
      }),
    ];
  }
  const spread = b.add('ConvTranspose', [g, node.inputs[1]!], {
    kernel_shape: ints(weight.shape.slice(2)),
    dilations: ints(geometry.dilations),
    group: int(geometry.group),
    pads: ints([...geometry.padBegin, ...geometry.cropEnd.map((crop) => Math.max(0, crop))]),
    output_padding: ints(geometry.cropEnd.map((crop) => Math.max(0, -crop))),
    strides: ints(geometry.strides),
  });
  return [inBlocks(b, spread, b.type(node.inputs[0]!).dims)];
};

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

/** W [O, I/g, kh, kw] → [I, O/g, kh, kw], each kernel turned by 180°, group by group. */
export function flipKernel(weight: Constant, group: number): { shape: number[]; data: Float32Array } {
  const [outputs, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  const area = kernel.reduce((product, size) => product * size, 1);
  const outputsPerGroup = outputs / group;
  const from = weight.data as Float32Array;
  const data = new Float32Array(from.length);
  for (let o = 0; o < outputs; o++) {
    const inGroup = Math.floor(o / outputsPerGroup);
    for (let i = 0; i < perGroup; i++) {
      const source = (o * perGroup + i) * area;
      const target = ((inGroup * perGroup + i) * outputsPerGroup + (o % outputsPerGroup)) * area;
      for (let at = 0; at < area; at++) data[target + area - 1 - at] = from[source + at]!;
    }
  }
  return { shape: [perGroup * group, outputsPerGroup, ...kernel], data };
}

export const convRules: RuleTable = { Conv: conv };
