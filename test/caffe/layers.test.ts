import { describe, expect, it } from 'vitest';
import type { BlobSpec, LayerSpec, NetSpec } from './caffe-files.js';
import { graphOf, runAll } from './run-graph.js';

const blob = (shape: readonly number[], ...values: number[]): BlobSpec => ({
  shape,
  values: Float32Array.from(values),
});

/** A 1×1 convolution that copies the image: something that has weights, so that there is a caffemodel. */
const copy: LayerSpec = {
  name: 'copy',
  type: 'Convolution',
  bottoms: ['data'],
  tops: ['copy'],
  params: 'convolution_param { num_output: 2 kernel_size: 1 bias_term: false }',
  blobs: [blob([2, 2, 1, 1], 1, 0, 0, 1)],
};

const netOf = (layers: readonly LayerSpec[]): NetSpec => ({
  name: 'one layer',
  input: [2, 1, 2] as never,
  layers: [copy, ...layers],
});

const IMAGE = Float32Array.of(-1, 2, 3, -4);

/** Runs the layer over channels [[−1, 2]] and [[3, −4]]; returns the value of that name. */
async function run(layers: readonly LayerSpec[], name = 'y') {
  const { shape, values } = (await runAll(graphOf(netOf(layers)), IMAGE, [1, 2, 1, 2])).get(name)!;
  return { shape, values: [...values].map((value) => Math.round(value * 1e5) / 1e5) };
}

const layer = (
  type: string,
  params = '',
  bottoms: readonly string[] = ['copy'],
  blobs: readonly BlobSpec[] = [],
) => ({
  name: 'y',
  type,
  bottoms,
  tops: ['y'],
  params,
  blobs,
});

describe('single layers, worked out by hand', () => {
  it.each<[string, LayerSpec, number[]]>([
    ['ReLU', layer('ReLU'), [0, 2, 3, 0]],
    ['leaky ReLU', layer('ReLU', 'relu_param { negative_slope: 0.5 }'), [-0.5, 2, 3, -2]],
    ['Sigmoid', layer('Sigmoid'), [0.26894, 0.8808, 0.95257, 0.01799]],
    ['TanH', layer('TanH'), [-0.76159, 0.96403, 0.99505, -0.99933]],
    ['Power', layer('Power', 'power_param { scale: 2 shift: -1 }'), [-3, 3, 5, -9]],
    ['Power without shift', layer('Power', 'power_param { scale: -1 }'), [1, -2, -3, 4]],
    ['Eltwise SUM', layer('Eltwise', '', ['copy', 'data', 'copy']), [-3, 6, 9, -12]],
    [
      'Eltwise SUM with coefficients',
      layer('Eltwise', 'eltwise_param { coeff: [2, -1] }', ['copy', 'data']),
      [-1, 2, 3, -4],
    ],
    ['Eltwise PROD', layer('Eltwise', 'eltwise_param { operation: PROD }', ['copy', 'data']), [1, 4, 9, 16]],
    [
      'BatchNorm',
      layer(
        'BatchNorm',
        'batch_norm_param { eps: 0 }',
        ['copy'],
        [blob([2], 2, 0), blob([2], 8, 2), blob([1], 2)],
      ),
      [-1, 0.5, 3, -4],
    ],
    [
      'BatchNorm that never ran',
      layer(
        'BatchNorm',
        'batch_norm_param { eps: 1 }',
        ['copy'],
        [blob([2], 2, 0), blob([2], 8, 2), blob([1], 0)],
      ),
      [-1, 2, 3, -4],
    ],
    [
      'Scale',
      layer('Scale', 'scale_param { bias_term: true }', ['copy'], [blob([2], 2, -1), blob([2], 1, 0)]),
      [-1, 5, -3, 4],
    ],
    ['Bias', layer('Bias', '', ['copy'], [blob([2], 10, 20)]), [9, 12, 23, 16]],
    [
      'InnerProduct',
      layer(
        'InnerProduct',
        'inner_product_param { num_output: 1 }',
        ['copy'],
        [blob([1, 4], 1, 2, 3, 4), blob([1], 0.5)],
      ),
      [-3.5],
    ],
    [
      'InnerProduct, transposed',
      layer(
        'InnerProduct',
        'inner_product_param { num_output: 2 bias_term: false transpose: true }',
        ['copy'],
        [blob([4, 2], 1, 0, 0, 1, 1, 0, 0, 1)],
      ),
      [2, -2],
    ],
    ['Dropout', layer('Dropout'), [-1, 2, 3, -4]],
    [
      'LRN',
      layer('LRN', 'lrn_param { local_size: 3 alpha: 3 beta: 1 k: 0.5 }'),
      [-0.09524, 0.09756, 0.28571, -0.19512],
    ],
  ])('%s', async (_, spec, expected) => {
    expect((await run([spec])).values).toEqual(expected);
  });

  it('Eltwise MAX', async () => {
    const power = { ...layer('Power', 'power_param { scale: -1 }'), name: 'minus', tops: ['minus'] };
    const max = layer('Eltwise', 'eltwise_param { operation: MAX }', ['minus', 'copy']);
    expect((await run([power, max])).values).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['Flatten', layer('Flatten'), [1, 4]],
    ['Flatten of the last axes', layer('Flatten', 'flatten_param { axis: 2 }'), [1, 2, 2]],
    ['Reshape', layer('Reshape', 'reshape_param { shape { dim: 0 dim: -1 dim: 1 } }'), [1, 4, 1]],
    [
      'Reshape behind the batch',
      layer('Reshape', 'reshape_param { axis: 1 num_axes: 2 shape { dim: 2 } }'),
      [1, 2, 2],
    ],
    ['Reshape at the end', layer('Reshape', 'reshape_param { axis: -1 shape { dim: 1 } }'), [1, 2, 1, 2, 1]],
    ['Concat', layer('Concat', '', ['copy', 'data']), [1, 4, 1, 2]],
    ['Concat along the width', layer('Concat', 'concat_param { axis: -1 }', ['copy', 'data']), [1, 2, 1, 4]],
  ])('%s gives the shape', async (_, spec, shape) => {
    expect((await run([spec])).shape).toEqual(shape);
  });

  it('scales every channel by another layer (squeeze and excitation)', async () => {
    const pool = {
      ...layer('Pooling', 'pooling_param { pool: AVE global_pooling: true }'),
      name: 'p',
      tops: ['p'],
    };
    const flat = { ...layer('Flatten', '', ['p']), name: 'f', tops: ['f'] };
    const scale = layer('Scale', 'scale_param { axis: 0 }', ['copy', 'f']);
    expect((await run([pool, flat, scale])).values).toEqual([-0.5, 1, -1.5, 2]);
  });

  it('Split gives every top the same', async () => {
    const split = { ...layer('Split'), tops: ['a', 'b'] };
    const join = { ...layer('Eltwise', '', ['a', 'b']), name: 'z', tops: ['z'] };
    expect((await run([split, join], 'z')).values).toEqual([-2, 4, 6, -8]);
  });
});

describe('what is not supported is refused in one line', () => {
  it.each<[LayerSpec, RegExp]>([
    [
      layer('Deconvolution'),
      /layer `y` \(Deconvolution\): this type of layer is not supported; supported are BatchNorm, /,
    ],
    [layer('constructor'), /layer `y` \(constructor\): this type of layer is not supported/],
    [
      layer('LRN', 'lrn_param { norm_region: WITHIN_CHANNEL }'),
      /norm_region WITHIN_CHANNEL is not supported/,
    ],
    [layer('LRN', 'lrn_param { local_size: 4 }'), /local_size is 4, Caffe takes odd ones only/],
    [layer('Power', 'power_param { power: 2 }'), /power 2 is not supported/],
    [
      layer('Pooling', 'pooling_param { pool: STOCHASTIC kernel_size: 1 }'),
      /stochastic pooling is not supported/,
    ],
    [layer('Pooling', 'pooling_param { kernel_size: 1 pad: 1 }'), /pad must be smaller than the kernel/],
    [layer('Pooling'), /kernel_size is missing/],
    [
      layer('BatchNorm', 'batch_norm_param { use_global_stats: false }'),
      /its result would depend on the batch/,
    ],
    [layer('BatchNorm'), /the caffemodel holds no scale factors for it/],
    [
      layer('InnerProduct', 'inner_product_param { num_output: 1 }', ['copy'], [blob([1, 3], 1, 2, 3)]),
      /its weights in the caffemodel are \[1,3\], the prototxt needs \[1,4\]/,
    ],
    [layer('Concat', 'concat_param { axis: 0 }', ['copy', 'data']), /joining along the batch/],
    [
      layer('Concat', 'concat_param { axis: 7 }', ['copy', 'data']),
      /axis 7 does not exist in a value of 4 axes/,
    ],
    [layer('Eltwise'), /has 1 bottom; it joins two or more/],
    [layer('Reshape', 'reshape_param { shape { dim: 0 dim: 3 } }'), /\[N,2,1,2\] cannot become \[N,3\]/],
    [layer('ReLU', '', ['nowhere']), /layer `y` \(ReLU\) reads `nowhere`, which no layer before it makes/],
    [layer('ReLU', '', []), /layer `y` \(ReLU\) has no bottom/],
    [layer('Scale', 'scale_param { axis: 0 num_axes: -1 }'), /axis 0 with num_axes -1 is not supported/],
    [
      layer('Convolution', 'convolution_param { num_output: 2 kernel_size: 3 }'),
      /its kernel \(3\) is larger than its input \(1\)/,
    ],
    [
      layer('Convolution', 'convolution_param { num_output: 3 kernel_size: 1 group: 2 }'),
      /cannot be split into 2 group\(s\)/,
    ],
    [
      layer('Convolution', 'convolution_param { num_output: 2 kernel_size: 1 kernel_h: 1 kernel_w: 1 }'),
      /both kernel_size and kernel_h\/kernel_w; give one/,
    ],
  ])('$type $params', (spec, message) => {
    expect(() => graphOf(netOf([spec]))).toThrow(message);
    expect(() => graphOf(netOf([spec]))).toThrow(expect.objectContaining({ name: 'ModelError' }));
  });
});
