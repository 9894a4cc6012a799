import { ModelError } from '../../base/errors.js';
import { float, float32, int, int64, type Value } from '../net-builder.js';
import { trained, valuesOf } from '../trained.js';
import type { ConvertLayer, LayerContext, LayerTable } from './layer.js';

/** y = x·(k + α/n·Σx²)^−β over n neighbouring channels: ONNX's LRN, whose α is divided by n too. */
const lrn: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  const fields = layer.fields.sub('lrn_param');
  if (
    fields.choice('norm_region', ['ACROSS_CHANNELS', 'WITHIN_CHANNEL'], 'ACROSS_CHANNELS') ===
    'WITHIN_CHANNEL'
  ) {
    throw new ModelError(
      `${layer.where}: norm_region WITHIN_CHANNEL is not supported; only ACROSS_CHANNELS is`,
    );
  }
  const size = fields.whole('local_size', 5, 1);
  if (size % 2 === 0)
    throw new ModelError(`${layer.where}: local_size is ${size}, Caffe takes odd ones only`);
  b.write(layer, 'LRN', [x.name], x.shape, {
    size: int(size),
    alpha: float(fields.number('alpha', 1)),
    beta: float(fields.number('beta', 0.75)),
    bias: float(fields.number('k', 1)),
  });
};

/** y = (x − μ/f)/√(σ²/f + ε); Caffe keeps sums of means and variances and their factor f. No scale, no shift. */
const batchNorm: ConvertLayer = (context) => {
  const { layer, blobs, b } = context;
  const x = b.read(layer);
  const fields = layer.fields.sub('batch_norm_param');
  if (!fields.bool('use_global_stats', true)) {
    throw new ModelError(
      `${layer.where}: use_global_stats is false, its result would depend on the batch; set it to true`,
    );
  }
  const channels = x.shape[0]!;
  const factor = valuesOf(trained(layer, blobs, 2, [1], 'scale factors'))[0]!;
  const unscale = factor === 0 ? 0 : 1 / factor;
  const [mean, variance] = (['means', 'variances'] as const).map((what, at) =>
    Float32Array.from(valuesOf(trained(layer, blobs, at, [channels], what)), (value) => value * unscale),
  ) as [Float32Array, Float32Array];
  affine(context, x, { mean, variance, epsilon: fields.number('eps', 1e-5) });
};

/** y = γ·x + β per channel: written as a batch normalisation of mean 0 and variance 1, which folds like one. */
const scale: ConvertLayer = (context) => {
  const { layer, blobs, b } = context;
  const fields = layer.fields.sub('scale_param');
  if (layer.bottoms.length > 1) return scaleByInput(context);
  const x = b.read(layer);
  refuseOtherAxes(context, fields.number('axis', 1), fields.number('num_axes', 1));
  const channels = [x.shape[0]!];
  affine(context, x, {
    gamma: trained(layer, blobs, 0, channels, 'scales'),
    ...(fields.bool('bias_term', false) ? { beta: trained(layer, blobs, 1, channels, 'biases') } : {}),
  });
};

const bias: ConvertLayer = (context) => {
  const { layer, blobs, b } = context;
  const fields = layer.fields.sub('bias_param');
  if (layer.bottoms.length > 1)
    throw new ModelError(`${layer.where}: a bias from another layer is not supported`);
  const x = b.read(layer);
  refuseOtherAxes(context, fields.number('axis', 1), fields.number('num_axes', 1));
  affine(context, x, { beta: trained(layer, blobs, 0, [x.shape[0]!], 'biases') });
};

/** The second bottom scales the first: [N, C] each channel (squeeze and excitation), or the same shape. */
function scaleByInput({ layer, b }: LayerContext): void {
  const [x, factor] = [b.read(layer, 0), b.read(layer, 1)];
  const fields = layer.fields.sub('scale_param');
  const fits = factor.shape.every((dim, axis) => dim === x.shape[axis]);
  if (fields.number('axis', 1) !== 0 || !fits || fields.bool('bias_term', false)) {
    throw new ModelError(
      `${layer.where}: scaling [N,${x.shape.join(',')}] by [N,${factor.shape.join(',')}] is only supported with axis 0 and no bias`,
    );
  }
  const missing = x.shape.length - factor.shape.length;
  const spread =
    missing === 0
      ? factor.name
      : b.step(layer, 'Reshape', [
          factor.name,
          b.constant(layer, 'shape', int64([-1, ...factor.shape, ...new Array<number>(missing).fill(1)])),
        ]);
  b.write(layer, 'Mul', [x.name, spread], x.shape);
}

function refuseOtherAxes({ layer }: LayerContext, axis: number, count: number): void {
  if (axis !== 1 || count !== 1) {
    throw new ModelError(
      `${layer.where}: axis ${axis} with num_axes ${count} is not supported; one value a channel is`,
    );
  }
}

interface Affine {
  readonly gamma?: ReturnType<typeof trained>;
  readonly beta?: ReturnType<typeof trained>;
  readonly mean?: Float32Array;
  readonly variance?: Float32Array;
  readonly epsilon?: number;
}

function affine(
  { layer, b }: LayerContext,
  x: Value,
  { gamma, beta, mean, variance, epsilon = 0 }: Affine,
): void {
  const channels = x.shape[0]!;
  const filled = (value: number) => float32([channels], new Float32Array(channels).fill(value));
  const inputs = [
    b.constant(layer, 'scale', gamma ?? filled(1)),
    b.constant(layer, 'bias', beta ?? filled(0)),
    b.constant(layer, 'mean', mean === undefined ? filled(0) : float32([channels], mean)),
    b.constant(layer, 'variance', variance === undefined ? filled(1) : float32([channels], variance)),
  ];
  b.write(layer, 'BatchNormalization', [x.name, ...inputs], x.shape, { epsilon: float(epsilon) });
}

export const normLayers: LayerTable = { LRN: lrn, BatchNorm: batchNorm, Scale: scale, Bias: bias };
