import type { Attribute } from '../../onnx/graph.js';
import { intOf, intsOf, sizeOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { inBlocks } from '../channelwise.js';
import { ints } from '../lowering.js';
import { geometryOf } from './conv.js';
import { winnersOf } from './pool-winners.js';
import type { BackwardRule, RuleTable } from './rule.js';

/**
 * Each output's gradient goes to the one position that won its window (the first among equals, as in PyTorch);
 * overlapping windows add up there.
 */
const maxPool: BackwardRule = ({ b, node, g }) => {
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
const averagePool: BackwardRule = ({ b, node, g }) => {
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
  const counts = perAxis.reduce<number[]>(
    (all, axis) => all.flatMap((count) => axis.map((own) => count * own)),
    [1],
  );
  return Float32Array.from(counts);
}

/** y = mean over positions: every position gets g / (H·W). */
const globalAveragePool: BackwardRule = ({ b, node, g }) => {
  const dims = b.type(node.inputs[0]!).dims;
  const share = b.add('Div', [g, b.scalar(sizeOf(dims.slice(1)))]);
  return [b.add('Expand', [share, b.ints([1, ...dims])])];
};

/** Mean or sum over any axes but the batch. */
const reduce =
  (mean: boolean): BackwardRule =>
  ({ b, node, g }) => {
    const dims = b.type(node.inputs[0]!).dims;
    const given = mean
      ? intsOf(node, 'axes')!
      : [...(b.known(node.inputs[1]!)!.data as BigInt64Array)].map(Number);
    const axes = new Set(given.map((axis) => (axis < 0 ? axis + dims.length + 1 : axis) - 1));
    const kept = dims.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const spread = intOf(node, 'keepdims', 1) === 1 ? g : b.reshape(g, [-1, ...kept]);
    const count = sizeOf(dims.filter((_, axis) => axes.has(axis)));
    const share = mean ? b.add('Div', [spread, b.scalar(count)]) : spread;
    return [b.add('Expand', [share, b.ints([1, ...dims])])];
  };

/** The largest (smallest) over axes takes the gradient; equals share it, as in PyTorch's amax. */
const reduceExtremum: BackwardRule = ({ b, node, g }) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const dims = b.type(x).dims;
  const axes = intsOf(node, 'axes')!.map((axis) => (axis < 0 ? axis + dims.length + 1 : axis));
  const kept = [-1, ...dims.map((dim, axis) => (axes.includes(axis + 1) ? 1 : dim))];
  const share = b.once(`share ${y}`, () => {
    const best = b.add('Cast', [b.add('Equal', [x, b.reshape(y, kept)])], { to: { type: 'int', value: 1 } });
    return b.add('Div', [best, b.add('ReduceSum', [best, b.ints(axes)])]);
  });
  const spread = b.add('Expand', [b.reshape(g, kept), b.ints([1, ...dims])]);
  return [b.timesForward(spread, share, dims)];
};

export const poolRules: RuleTable = {
  ReduceMax: reduceExtremum,
  ReduceMin: reduceExtremum,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  ReduceMean: reduce(true),
  ReduceSum: reduce(false),
};
