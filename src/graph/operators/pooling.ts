import { ModelError } from '../../base/errors.js';
import { type Attribute, type Constant, describe, intOf, intsOf, sizeOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { inBlocks } from '../channelwise.js';
import { int64 } from '../constants.js';
import { sameShape } from '../shapes.js';
import { byActivation } from './excitation.js';
import { chain, int, ints, type Lower } from './lowering.js';
import type { Infer, OperatorFamily } from './operator.js';
import { winnersOf } from './pool-winners.js';
import type { BackwardRule } from './rule.js';
import { geometryOf } from './transposed-window.js';
import { checkSpatial, type Windows, windowAttributes, windowsOf } from './windows.js';

const inferPool: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const { output } = windowsOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
  const shape = [...x.shape.slice(0, 2), ...output];
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ];
};

const inferGlobal: Infer = (node, [x]) => {
  checkSpatial(node, x!.shape.slice(2));
  return [{ dtype: x!.dtype, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

const lowerMaxPool: Lower = ({ node, inputs, emit }) => {
  const windows = windowsOf(node, inputs[0]!.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
  if (node.outputs.length > 1 && node.outputs[1] !== '') {
    throw new ModelError(`${describe(node)}: its second output (indices) is not supported`);
  }
  emit({ attributes: windowAttributes(windows) });
};

const lowerAveragePool: Lower = ({ node, inputs, constant, emit, intermediate }) => {
  const windows = windowsOf(node, inputs[0]!.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
  if (windows.dilations.some((dilation) => dilation !== 1)) {
    throw new ModelError(`${describe(node)}: a dilated average pool is not supported`);
  }
  const include =
    intOf(node, 'count_include_pad', 0) === 1 && [...windows.padBegin, ...windows.padEnd].some(Boolean);
  const { dilations: _, ...window } = windowAttributes(windows);
  const attributes = { ...window, count_include_pad: int(include ? 1 : 0) };
  if (!include || windows.ceilExtra.every((extra) => extra === 0)) return emit({ attributes });
  // What ceil_mode adds at the end is never counted, the model's own pads are: divide by the window's full size,
  // then correct each position.
  const mean = intermediate();
  emit({ outputs: [mean], attributes });
  const correction = constant('correction', overhangCorrection(windows, inputs[0]!.shape.slice(2)));
  emit({ op: 'Mul', inputs: [mean, correction], attributes: {} });
};

/** The largest value over all positions is a max pool with one window. */
export const globalMaxPool: Lower = (context) => {
  const { node, type, constant } = context;
  const from = type(node.inputs[0]!);
  const [channels, ...spatial] = from.dims as [number, ...number[]];
  const pooled = { ...from, dims: [channels, ...spatial.map(() => 1)] };
  const to = type(node.outputs[0]!).dims;
  const attributes = {
    kernel_shape: ints(spatial),
    strides: ints(spatial.map(() => 1)),
    dilations: ints(spatial.map(() => 1)),
    pads: ints([...spatial, ...spatial].map(() => 0)),
  };
  const { step, last } = chain(context);
  if (sameShape(to, pooled.dims)) return last('MaxPool', [node.inputs[0]!], attributes);
  const max = step('MaxPool', [node.inputs[0]!], pooled, attributes);
  last('Reshape', [max, constant('shape', int64([-1, ...to]))]);
};

/** [1, ...output]: the window's full size over the positions that count, those inside of the input and its own pads. */
function overhangCorrection(windows: Windows, input: readonly number[]): Constant {
  const perAxis = windows.output.map((size, axis) => {
    const [kernel, stride, begin] = [windows.kernel[axis]!, windows.strides[axis]!, windows.padBegin[axis]!];
    const end = input[axis]! + windows.padEnd[axis]! - windows.ceilExtra[axis]!;
    return Array.from(
      { length: size },
      (_, i) => kernel / (Math.min(end, i * stride - begin + kernel) - (i * stride - begin)),
    );
  });
  return { dtype: 'float32', shape: [1, ...windows.output], data: overPlane(perAxis) };
}

/**
 * Each output's gradient goes to the one position that won its window (the first among equals, as in PyTorch);
 * overlapping windows add up there.
 */
const maxPoolGradient: BackwardRule = ({ b, node, g }) => {
  const x = node.inputs[0]!;
  const [channels, ...spatial] = b.type(x).dims as [number, ...number[]];
  const [area, windows] = [sizeOf(spatial), sizeOf(b.type(node.outputs[0]!).dims.slice(1))];
  const winners = b.once(`winners ${node.outputs[0]}`, () =>
    b.repeated(winnersOf(b, node), [channels, windows]),
  );
  const shape = b.add('Concat', [batchOf(b, g), b.ints([channels, area])], {
    axis: { type: 'int', value: 0 },
  });
  const zeros = b.add('ConstantOfShape', [shape]);
  const scattered = b.add(
    'ScatterElements',
    [zeros, b.reshape(winners, [-1, channels, windows], 'int64'), b.reshape(g, [-1, channels, windows])],
    { axis: { type: 'int', value: 2 }, reduction: { type: 'string', value: 'add' } },
  );
  return [inBlocks(b, b.reshape(scattered, [-1, channels, ...spatial]), b.type(x).dims)];
};

/** [1] int64: the number of rows of a backward value. */
function batchOf(b: GraphBuilder, g: string): string {
  return b.add('Slice', [b.add('Shape', [g]), b.ints([0]), b.ints([1])]);
}

/** Every position of a window gets the same share; a padded window shares among the positions that count. */
const averagePoolGradient: BackwardRule = ({ b, node, g }) => {
  const [channels, ...spatial] = b.type(node.inputs[0]!).dims as [number, ...number[]];
  const output = b.type(node.outputs[0]!).dims.slice(1);
  const kernel = intsOf(node, 'kernel_shape')!;
  const geometry = geometryOf(node, spatial, output);
  const counts = windowCounts(node.attributes, spatial, output);
  const shared = b.add('Div', [g, b.constant('float32', [1, ...output], counts)]);
  const ones = b.constant(
    'float32',
    [channels, 1, ...kernel],
    new Float32Array(channels * sizeOf(kernel)).fill(1),
  );
  return [
    b.add('ConvTranspose', [shared, ones], {
      kernel_shape: ints(kernel),
      group: { type: 'int', value: channels },
      pads: ints([...geometry.padBegin, ...geometry.cropEnd.map((crop) => Math.max(0, crop))]),
      output_padding: ints(geometry.cropEnd.map((crop) => Math.max(0, -crop))),
      strides: ints(geometry.strides),
    }),
  ];
};

/** How many positions each window of a lowered AveragePool divides by, row-major over the output. */
function windowCounts(
  attributes: Readonly<Record<string, Attribute>>,
  input: readonly number[],
  output: readonly number[],
): Float32Array {
  const list = (name: string) => (attributes[name] as { value: readonly number[] }).value;
  const include = (attributes.count_include_pad as { value: number }).value === 1;
  const perAxis = input.map((size, axis) => {
    const [kernel, stride, pad] = [list('kernel_shape')[axis]!, list('strides')[axis]!, list('pads')[axis]!];
    return Array.from({ length: output[axis]! }, (_, i) => {
      const start = i * stride - pad;
      return include ? kernel : Math.min(size, start + kernel) - Math.max(0, start);
    });
  });
  return overPlane(perAxis);
}

/** The products of one number of each axis, row-major. */
function overPlane(perAxis: readonly (readonly number[])[]): Float32Array {
  const products = perAxis.reduce<readonly number[]>(
    (all, axis) => all.flatMap((value) => axis.map((own) => value * own)),
    [1],
  );
  return Float32Array.from(products);
}

/** y = mean over positions: every position gets g / (H·W). */
const globalAverageGradient: BackwardRule = ({ b, node, g }) => {
  const dims = b.type(node.inputs[0]!).dims;
  const share = b.add('Div', [g, b.scalar(sizeOf(dims.slice(1)))]);
  return [b.add('Expand', [share, b.ints([1, ...dims])])];
};

export const pooling: OperatorFamily = {
  MaxPool: {
    schema: '1 1 2 0 auto_pad:s ceil_mode:i dilations:is kernel_shape:is pads:is storage_order:i strides:is',
    traits: ['pooling', 'channelsFirst', 'passedOn', 'keepsSign'],
    infer: inferPool,
    lower: lowerMaxPool,
    gradient: maxPoolGradient,
    // The winner takes all of p, as it takes the gradient.
    excitation: maxPoolGradient,
  },
  AveragePool: {
    schema:
      '1 1 1 0 auto_pad:s ceil_mode:i count_include_pad:i dilations:is kernel_shape:is pads:is strides:is',
    traits: ['pooling', 'channelsFirst', 'linear', 'keepsSign'],
    infer: inferPool,
    lower: lowerAveragePool,
    gradient: averagePoolGradient,
    excitation: byActivation(averagePoolGradient),
  },
  GlobalAveragePool: {
    schema: '1 1 1 0',
    traits: ['pooling', 'channelsFirst', 'linear', 'keepsSign'],
    infer: inferGlobal,
    gradient: globalAverageGradient,
    excitation: byActivation(globalAverageGradient),
  },
  GlobalMaxPool: {
    schema: '1 1 1 0',
    traits: ['pooling', 'channelsFirst', 'keepsSign'],
    infer: inferGlobal,
    lower: globalMaxPool,
  },
};
