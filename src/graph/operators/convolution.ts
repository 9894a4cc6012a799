import { ModelError } from '../../base/errors.js';
import { type Constant, describe, intOf, intsOf } from '../../onnx/graph.js';
import { inBlocks } from '../channelwise.js';
import { sameShape } from '../shapes.js';
import { byWeights } from './excitation.js';
import { checkSide } from './inferring.js';
import { int, ints, type Lower } from './lowering.js';
import type { Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';
import { geometryOf } from './transposed-window.js';
import { windowAttributes, windowsOf } from './windows.js';

const infer: Infer = (node, [x, weight, bias]) => {
  const w = weight!.shape;
  const group = intOf(node, 'group', 1);
  if (x!.shape.length !== w.length || x!.shape[1] !== w[1]! * group || w[0]! % group !== 0) {
    throw new ModelError(
      `${describe(node)}: weights [${w.join(',')}] in ${group} group(s) do not fit its input [${x!.shape.join(',')}]`,
    );
  }
  checkSide(node, 'bias', bias, [w[0]!]);
  const kernel = intsOf(node, 'kernel_shape') ?? w.slice(2);
  if (!sameShape(kernel, w.slice(2))) {
    throw new ModelError(
      `${describe(node)}: weights [${w.join(',')}] do not fit kernel_shape [${kernel.join(',')}]`,
    );
  }
  const { output } = windowsOf(node, x!.shape.slice(2), kernel);
  return [{ dtype: x!.dtype, shape: [x!.shape[0]!, w[0]!, ...output] }];
};

const lower: Lower = ({ node, inputs, emit }) => {
  const windows = windowsOf(node, inputs[0]!.shape.slice(2), inputs[1]!.shape.slice(2));
  emit({ attributes: { ...windowAttributes(windows), group: int(intOf(node, 'group', 1)) } });
};

/**
 * ∂L/∂x of y = W ∗ x. At stride 1 it is itself a convolution, with the kernel turned by 180° and its channel axes
 * swapped: as fast as the forward one. Strided ones are transposed convolutions over the same weights.
 */
const gradient: BackwardRule = ({ b, node, g, needs }) => {
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

/** W [O, I/g, kh, kw] → [I, O/g, kh, kw], each kernel turned by 180°, group by group. */
function flipKernel(weight: Constant, group: number): { shape: number[]; data: Float32Array } {
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

export const convolution: OperatorFamily = {
  Conv: {
    schema: '2 3 1 012 auto_pad:s dilations:is group:i kernel_shape:is pads:is strides:is',
    traits: ['bilinear', 'weighted', 'channelsFirst'],
    infer,
    lower,
    gradient,
    excitation: byWeights(gradient),
  },
};
