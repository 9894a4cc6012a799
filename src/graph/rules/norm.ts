import { floatOf, intOf, numbersOf } from '../../onnx/graph.js';
import { lrnDenominator, lrnFactor, lrnOf, neighbours } from '../lrn.js';
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

/** As in `lrn.ts`: ∂L/∂x_i = g_i·D_i^−β − 2αβ/n · x_i · Σ_{j: i near j} g_j·y_j/D_j. */
const lrn: BackwardRule = ({ b, node, g }) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const { dims } = b.type(x);
  const { size, alpha, beta, before, after } = lrnOf(node);
  const ratio = b.once(`lrn ratio ${y}`, () => b.add('Div', [y, lrnDenominator(b, node)]));
  // Channel i lies in the window of j exactly when j lies in the mirrored window of i.
  const factor = (2 * alpha * beta) / size;
  const spread = neighbours(b, b.timesForward(g, ratio, dims), dims[0]!, after, before, factor);
  return [b.add('Sub', [b.timesForward(g, lrnFactor(b, node), dims), b.timesForward(spread, x, dims)])];
};

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
