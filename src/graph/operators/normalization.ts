import { ModelError } from '../../base/errors.js';
import { describe, floatOf, intOf, numbersOf } from '../../onnx/graph.js';
import { lrnDenominator, lrnFactor, lrnOf, neighbours } from '../lrn.js';
import { broadcastShapes, normalizeAxis, sameShape } from '../shapes.js';
import { through } from './excitation.js';
import { checkSide, notAlongBatch, same } from './inferring.js';
import { float, type Lower } from './lowering.js';
import type { Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, refuse } from './rule.js';
import { checkSpatial } from './windows.js';
import { lowerGroup, lowerInstance, lowerLp } from './written-normalization.js';

const inferBatch: Infer = (node, [x, ...perChannel]) => {
  for (const [i, name] of ['scale', 'bias', 'mean', 'variance'].entries()) {
    checkSide(node, name, perChannel[i], x!.shape.slice(1, 2));
  }
  return [{ dtype: x!.dtype, shape: x!.shape }];
};

const lowerBatch: Lower = ({ node, emit }) => {
  if (intOf(node, 'training_mode', 0) === 1 || intOf(node, 'spatial', 1) === 0) {
    throw new ModelError(
      `${describe(node)}: exported in training mode or per activation; export the model for inference`,
    );
  }
  emit({
    outputs: node.outputs.slice(0, 1),
    attributes: { epsilon: float(floatOf(node, 'epsilon', 1e-5)) },
  });
};

const inferLayer: Infer = (node, [x, scale, bias]) => {
  const axis = normalizeAxis(intOf(node, 'axis', -1), x!.shape.length);
  const last = x!.shape.slice(axis);
  for (const given of [scale, bias]) {
    if (given === undefined || sameShape(broadcastShapes(last, given.shape), last)) continue;
    throw new ModelError(
      `${describe(node)}: scale or bias [${given.shape.join(',')}] does not fit [${last.join(',')}]`,
    );
  }
  return [notAlongBatch(node, x!, axis)];
};

const inferLrn: Infer = (node, [x]) => {
  if (x!.shape.length !== 4)
    throw new ModelError(`${describe(node)}: its input [${x!.shape.join(',')}] has not four axes`);
  return [{ dtype: x!.dtype, shape: x!.shape }];
};

const inferInstance: Infer = (node, [x, scale, bias]) => {
  checkSpatial(node, x!.shape.slice(2));
  checkSide(node, 'scale', scale, x!.shape.slice(1, 2));
  checkSide(node, 'bias', bias, x!.shape.slice(1, 2));
  return [{ dtype: x!.dtype, shape: x!.shape }];
};

/** Inference: y = s·x + t per channel, so the gradient is s·g with s = γ/√(σ² + ε). */
const batchNormalizationGradient: BackwardRule = ({ b, node, g }) => {
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
const lrnGradient: BackwardRule = ({ b, node, g }) => {
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
const layerNormalizationGradient: BackwardRule = ({ b, node, g }) => {
  const x = node.inputs[0]!;
  const { dims } = b.type(x);
  const first = normalizeAxis(intOf(node, 'axis', -1), dims.length + 1);
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

export const normalization: OperatorFamily = {
  BatchNormalization: {
    schema: '5 5 5 01234 epsilon:f momentum:f spatial:i training_mode:i',
    traits: ['linear', 'channelsFirst'],
    infer: inferBatch,
    lower: lowerBatch,
    gradient: batchNormalizationGradient,
    excitation: through,
  },
  LayerNormalization: {
    schema: '2 3 3 012 axis:i epsilon:f stash_type:i',
    infer: inferLayer,
    gradient: layerNormalizationGradient,
  },
  LRN: {
    schema: '1 1 1 0 alpha:f beta:f bias:f size:i',
    traits: ['channelsFirst', 'passedOn', 'keepsSign'],
    infer: inferLrn,
    gradient: lrnGradient,
    excitation: through,
  },
  InstanceNormalization: {
    schema: '3 3 1 012 epsilon:f',
    traits: ['channelsFirst'],
    infer: inferInstance,
    lower: lowerInstance,
  },
  GroupNormalization: {
    schema: '3 3 1 012 epsilon:f num_groups:i stash_type:i',
    traits: ['channelsFirst'],
    infer: same,
    lower: lowerGroup,
  },
  LpNormalization: {
    schema: '1 1 1 0 axis:i p:i',
    infer: (node, [x]) => [notAlongBatch(node, x!, normalizeAxis(intOf(node, 'axis', -1), x!.shape.length))],
    lower: lowerLp,
  },
};
