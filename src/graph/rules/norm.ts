import type { GraphBuilder } from '../builder.js';
import { floatOf, intOf, numbersOf, sizeOf } from '../graph.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

/** Inference: y = s·x + t per channel, so the gradient is s·g with s = γ/√(σ² + ε). */
const batchNormalization: BackwardRule = ({ b, node, g }) => {
  const [gamma, variance] = [b.known(node.inputs[1]!), b.known(node.inputs[4]!)];
  if (gamma === undefined || variance === undefined) {
    refuse(node, 'for statistics computed from the image', 'export the model for inference');
  }
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const variances = numbersOf(variance);
  const scale = Float32Array.from(numbersOf(gamma), (value, i) => value / Math.sqrt(variances[i]! + epsilon));
  const spatial = b
    .type(node.inputs[0]!)
    .dims.slice(1)
    .map(() => 1);
  return [b.add('Mul', [g, b.constant('float32', [1, scale.length, ...spatial], scale)])];
};

/**
 * y_i = x_i·D_i^−β with D_i = bias + α/n·Σ_{j near i} x_j² over n neighbouring channels (Krizhevsky et al.,
 * section 3.3). Then ∂L/∂x_i = g_i·D_i^−β − 2αβ/n · x_i · Σ_{j: i near j} g_j·y_j/D_j.
 */
const lrn: BackwardRule = ({ b, node, g }) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const dims = b.type(x).dims;
  const size = intOf(node, 'size', 1);
  const [alpha, beta, bias] = [
    floatOf(node, 'alpha', 1e-4),
    floatOf(node, 'beta', 0.75),
    floatOf(node, 'bias', 1),
  ];
  const before = Math.floor((size - 1) / 2);
  const after = size - 1 - before;
  const denominator = b.once(`lrn ${y}`, () => {
    const mean = channelMean(b, b.add('Mul', [x, x]), dims, size, before, after);
    return b.add('Add', [b.add('Mul', [mean, b.scalar(alpha)]), b.scalar(bias)]);
  });
  const power = b.once(`lrn power ${y}`, () => b.add('Pow', [denominator, b.scalar(-beta)]));
  const ratio = b.once(`lrn ratio ${y}`, () => b.add('Div', [y, denominator]));
  // Channel i lies in the window of j exactly when j lies in the mirrored window of i.
  const spread = channelMean(b, b.timesForward(g, ratio, dims), dims, size, after, before);
  const scaled = b.add('Mul', [spread, b.scalar(2 * alpha * beta)]);
  return [b.add('Sub', [b.timesForward(g, power, dims), b.timesForward(scaled, x, dims)])];
};

/** Sum over neighbouring channels divided by the window's size; channels outside count as zero. */
function channelMean(
  b: GraphBuilder,
  x: string,
  dims: readonly number[],
  size: number,
  before: number,
  after: number,
): string {
  const plane = b.reshape(x, [-1, 1, dims[0]!, sizeOf(dims.slice(1))]);
  const mean = b.add('AveragePool', [plane], {
    kernel_shape: { type: 'ints', value: [size, 1] },
    pads: { type: 'ints', value: [before, 0, after, 0] },
    strides: { type: 'ints', value: [1, 1] },
    count_include_pad: { type: 'int', value: 1 },
  });
  return b.reshape(mean, [-1, ...dims]);
}

/**
 * y = γ·x̂ + β, x̂ = (x − μ)/σ over the last axes (Ba et al., 2016). With ĝ = γ·g:
 * ∂L/∂x = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂)) / σ.
 */
const layerNormalization: BackwardRule = ({ b, node, g }) => {
  const x = node.inputs[0]!;
  const { dims } = b.type(x);
  const given = intOf(node, 'axis', -1);
  const first = given < 0 ? given + dims.length + 1 : given;
  const axes = Array.from({ length: dims.length + 1 - first }, (_, i) => first + i);
  const mean = (value: string) => b.add('ReduceMean', [value], { axes: { type: 'ints', value: axes } });
  const centred = b.once(`centred ${x} ${first}`, () => b.add('Sub', [x, mean(x)]));
  const deviation = b.once(`deviation ${x} ${first}`, () => {
    const variance = mean(b.add('Mul', [centred, centred]));
    return b.add('Sqrt', [b.add('Add', [variance, b.scalar(floatOf(node, 'epsilon', 1e-5))])]);
  });
  const normalised = b.once(`normalised ${x} ${first}`, () => b.add('Div', [centred, deviation]));
  const scaled = b.add('Mul', [g, node.inputs[1]!]);
  const along = mean(b.timesForward(scaled, normalised, dims));
  const parallel = b.withForward('Mul', b.add('Expand', [along, b.ints([1, ...dims])]), normalised, dims);
  const rest = b.add('Sub', [b.add('Sub', [scaled, mean(scaled)]), parallel]);
  const wide = b.once(`wide ${deviation}`, () => b.add('Expand', [deviation, b.ints([1, ...dims])]));
  return [b.withForward('Div', rest, wide, dims)];
};

/** y = softmax(x): ∂L/∂x = y·(g − Σ g·y) along its axis. */
const softmax: BackwardRule = ({ b, node, g }) => {
  const y = node.outputs[0]!;
  const { dims } = b.type(y);
  const along = b.add('ReduceSum', [b.timesForward(g, y, dims), b.ints([intOf(node, 'axis', -1)])]);
  return [b.timesForward(b.add('Sub', [g, along]), y, dims)];
};

/** y = log softmax(x): ∂L/∂x = g − eʸ·Σ g along its axis. */
const logSoftmax: BackwardRule = ({ b, node, g }) => {
  const y = node.outputs[0]!;
  const { dims } = b.type(y);
  const share = b.once(`exp ${y}`, () => b.add('Exp', [y]));
  const total = b.add('ReduceSum', [g, b.ints([intOf(node, 'axis', -1)])]);
  const spread = b.add('Expand', [total, b.ints([1, ...dims])]);
  return [b.add('Sub', [g, b.timesForward(spread, share, dims)])];
};

export const normRules: RuleTable = {
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
};
