import { type BlobSpec, fill, type LayerSpec, type NetSpec } from './caffe-files.js';

/** The small networks that scripts/golden/caffe.py builds in PyTorch, as Caffe describes them. */

const blob = (name: string, shape: readonly number[], scale: number): BlobSpec => ({
  shape,
  values: fill(name, shape, scale),
});

/** Weights of ±√(6/inputs) keep activations of one size from layer to layer. */
function linear(name: string, weight: readonly number[], bias = true): readonly BlobSpec[] {
  const inputs = weight.slice(1).reduce((product, dim) => product * dim, 1);
  const weights = blob(`${name}.weight`, weight, Math.sqrt(6 / inputs));
  return bias ? [weights, blob(`${name}.bias`, [weight[0]!], 0.1)] : [weights];
}

interface ConvOptions {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly group?: number;
  readonly more?: string;
  readonly bias?: boolean;
}

function conv(
  name: string,
  bottom: string,
  { from, to, kernel, group = 1, more = '', bias = true }: ConvOptions,
): LayerSpec {
  const params = `convolution_param { num_output: ${to} kernel_size: ${kernel} group: ${group} ${bias ? '' : 'bias_term: false'} ${more} }`;
  const blobs = linear(name, [to, from / group, kernel, kernel], bias);
  return { name, type: 'Convolution', bottoms: [bottom], tops: [name], params, blobs };
}

const inPlace = (name: string, type: string, top: string, params = ''): LayerSpec => ({
  name,
  type,
  bottoms: [top],
  tops: [top],
  params,
});
const relu = (name: string, top: string) => inPlace(name, 'ReLU', top);
const layer = (name: string, type: string, bottoms: readonly string[], params = ''): LayerSpec => ({
  name,
  type,
  bottoms,
  tops: [name],
  params,
});
const pool = (name: string, bottom: string, params: string) =>
  layer(name, 'Pooling', [bottom], `pooling_param { ${params} }`);

function fc(name: string, bottom: string, from: number, to: number): LayerSpec {
  const blobs = linear(name, [to, from]);
  return { ...layer(name, 'InnerProduct', [bottom], `inner_product_param { num_output: ${to} }`), blobs };
}

export const alexnet: NetSpec = {
  name: 'mini-alexnet',
  input: [3, 39, 39],
  layers: [
    conv('conv1', 'data', { from: 3, to: 8, kernel: 5, more: 'stride: 2' }),
    relu('relu1', 'conv1'),
    layer('norm1', 'LRN', ['conv1'], 'lrn_param { local_size: 5 alpha: 0.5 beta: 0.75 }'),
    pool('pool1', 'norm1', 'pool: MAX kernel_size: 3 stride: 2'),
    conv('conv2', 'pool1', { from: 8, to: 12, kernel: 5, group: 2, more: 'pad: 2' }),
    relu('relu2', 'conv2'),
    layer('norm2', 'LRN', ['conv2'], 'lrn_param { local_size: 3 alpha: 2 beta: 0.5 k: 2 }'),
    pool('pool2', 'norm2', 'pool: MAX kernel_size: 3 stride: 2'),
    conv('conv3', 'pool2', { from: 12, to: 8, kernel: 3, group: 2, more: 'pad: 1' }),
    relu('relu3', 'conv3'),
    pool('pool5', 'conv3', 'pool: MAX kernel_size: 2 stride: 3'),
    fc('fc6', 'pool5', 32, 10),
    relu('relu6', 'fc6'),
    inPlace('drop6', 'Dropout', 'fc6', 'dropout_param { dropout_ratio: 0.5 }'),
    fc('fc8', 'fc6', 10, 7),
    layer('prob', 'Softmax', ['fc8']),
  ],
};

export const inception: NetSpec = {
  name: 'mini-inception',
  input: [3, 17, 16],
  layers: [
    conv('conv1/3x3', 'data', { from: 3, to: 6, kernel: 3, more: 'pad: 1' }),
    relu('conv1/relu', 'conv1/3x3'),
    pool('pool1/3x3_s2', 'conv1/3x3', 'pool: MAX kernel_size: 3 stride: 2'),
    conv('3a/1x1', 'pool1/3x3_s2', { from: 6, to: 4, kernel: 1 }),
    relu('3a/relu_1x1', '3a/1x1'),
    conv('3a/3x3_reduce', 'pool1/3x3_s2', { from: 6, to: 4, kernel: 1 }),
    relu('3a/relu_3x3_reduce', '3a/3x3_reduce'),
    conv('3a/3x3', '3a/3x3_reduce', { from: 4, to: 6, kernel: 3, more: 'pad: 1' }),
    relu('3a/relu_3x3', '3a/3x3'),
    pool('3a/pool', 'pool1/3x3_s2', 'pool: MAX kernel_size: 3 stride: 1 pad: 1'),
    conv('3a/pool_proj', '3a/pool', { from: 6, to: 3, kernel: 1 }),
    relu('3a/relu_pool_proj', '3a/pool_proj'),
    layer('3a/output', 'Concat', ['3a/1x1', '3a/3x3', '3a/pool_proj']),
    pool('pool3/ave', '3a/output', 'pool: AVE kernel_size: 3 stride: 2 pad: 1'),
    pool('pool4/ave', 'pool3/ave', 'pool: AVE kernel_size: 2 stride: 2'),
    conv('CAM_conv', 'pool4/ave', { from: 13, to: 8, kernel: 3, more: 'pad: 1' }),
    relu('CAM_relu', 'CAM_conv'),
    pool('pool5', 'CAM_conv', 'pool: AVE kernel_size: 3 stride: 1'),
    fc('classifier', 'pool5', 8, 6),
    layer('prob', 'Softmax', ['classifier']),
  ],
};

/** BatchNorm keeps sums and their factor; means and variances are theirs divided by it. */
function batchNorm(name: string, top: string, channels: number): LayerSpec {
  const variance = fill(`${name}.variance`, [channels], 0.5).map((value) => (value + 1) * 20);
  const mean = fill(`${name}.mean`, [channels], 0.3).map((value) => value * 20);
  const blobs = [
    { shape: [channels], values: mean },
    { shape: [channels], values: variance },
    { shape: [1], values: Float32Array.of(20) },
  ];
  return {
    ...inPlace(name, 'BatchNorm', top, 'batch_norm_param { use_global_stats: true eps: 0.001 }'),
    blobs,
  };
}

function scale(name: string, top: string, channels: number): LayerSpec {
  const gamma = fill(`${name}.gamma`, [channels], 0.5).map((value) => value + 1);
  const blobs = [{ shape: [channels], values: gamma }, blob(`${name}.beta`, [channels], 0.2)];
  return { ...inPlace(name, 'Scale', top, 'scale_param { bias_term: true }'), blobs };
}

const normed = (name: string, bottom: string, options: ConvOptions): LayerSpec[] => [
  conv(name, bottom, { ...options, bias: false }),
  batchNorm(`bn_${name}`, name, options.to),
  scale(`scale_${name}`, name, options.to),
];

export const residual: NetSpec = {
  name: 'mini-resnet',
  input: [3, 20, 20],
  layers: [
    ...normed('conv1', 'data', { from: 3, to: 8, kernel: 7, more: 'pad: 3 stride: 2' }),
    relu('conv1_relu', 'conv1'),
    pool('pool1', 'conv1', 'kernel_size: 3 stride: 2'),
    ...normed('branch1', 'pool1', { from: 8, to: 12, kernel: 1 }),
    ...normed('branch2a', 'pool1', { from: 8, to: 6, kernel: 1 }),
    relu('branch2a_relu', 'branch2a'),
    ...normed('branch2b', 'branch2a', { from: 6, to: 12, kernel: 3, more: 'pad: 2 dilation: 2' }),
    layer('res2a', 'Eltwise', ['branch1', 'branch2b']),
    relu('res2a_relu', 'res2a'),
    ...normed('branch3', 'res2a', { from: 12, to: 12, kernel: 3, more: 'pad: 1' }),
    layer('res2b', 'Eltwise', ['res2a', 'branch3'], 'eltwise_param { operation: SUM coeff: 1 coeff: -0.5 }'),
    relu('res2b_relu', 'res2b'),
    pool('pool5', 'res2b', 'pool: AVE global_pooling: true'),
    fc('fc', 'pool5', 12, 5),
    layer('prob', 'Softmax', ['fc']),
  ],
};

export const vgg: NetSpec = {
  name: 'mini-vgg',
  input: [3, 16, 16],
  layers: [
    conv('conv1_1', 'data', { from: 3, to: 6, kernel: 3, more: 'pad: 1' }),
    relu('relu1_1', 'conv1_1'),
    pool('pool1', 'conv1_1', 'pool: MAX kernel_size: 2 stride: 2'),
    conv('conv5_3', 'pool1', { from: 6, to: 8, kernel: 3, more: 'pad_h: 1 pad_w: 1' }),
    relu('relu5_3', 'conv5_3'),
    pool('pool5', 'conv5_3', 'pool: MAX kernel_h: 2 kernel_w: 2 stride_h: 2 stride_w: 2'),
    fc('fc6', 'pool5', 128, 12),
    relu('relu6', 'fc6'),
    inPlace('drop6', 'Dropout', 'fc6'),
    fc('fc7', 'fc6', 12, 12),
    relu('relu7', 'fc7'),
    inPlace('drop7', 'Dropout', 'fc7'),
    fc('fc8', 'fc7', 12, 6),
    layer('prob', 'Softmax', ['fc8']),
  ],
};
