import { describe, expect, it } from 'vitest';
import { bothResults, type Case } from './against-runtime.js';
import { float32, int64, randomWeights } from './build.js';

const CASES: Readonly<Record<string, Case>> = {
  'Conv 2D, stride, asymmetric pads': {
    op: 'Conv',
    x: [2, 3, 7, 6],
    attributes: { strides: [2, 1], pads: [0, 1, 2, 1] },
    rest: [randomWeights([4, 3, 3, 2], 5), randomWeights([4], 6)],
  },
  'Conv groups': {
    op: 'Conv',
    x: [1, 4, 5, 5],
    attributes: { group: 2, pads: [1, 1, 1, 1] },
    rest: [randomWeights([6, 2, 3, 3], 5)],
  },
  'Conv depthwise with multiplier, dilation': {
    op: 'Conv',
    x: [1, 3, 8, 8],
    attributes: { group: 3, dilations: [2, 3], strides: [1, 2] },
    rest: [randomWeights([6, 1, 2, 2], 5)],
  },
  'Conv 1D': {
    op: 'Conv',
    x: [2, 2, 9],
    attributes: { strides: [2], pads: [1, 2] },
    rest: [randomWeights([3, 2, 4], 5), randomWeights([3], 6)],
  },
  'Conv SAME_UPPER': {
    op: 'Conv',
    x: [1, 2, 6, 7],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
    rest: [randomWeights([3, 2, 3, 4], 5)],
  },
  'Conv SAME_LOWER': {
    op: 'Conv',
    x: [1, 2, 6, 7],
    attributes: { auto_pad: 'SAME_LOWER', strides: [2, 2] },
    rest: [randomWeights([3, 2, 3, 4], 5)],
  },
  'ConvTranspose stride, pads, output_padding': {
    op: 'ConvTranspose',
    x: [2, 3, 4, 5],
    attributes: { strides: [2, 3], pads: [1, 0, 0, 2], output_padding: [1, 1] },
    rest: [randomWeights([3, 2, 3, 3], 5), randomWeights([2], 6)],
  },
  'ConvTranspose groups, dilation': {
    op: 'ConvTranspose',
    x: [1, 4, 4, 4],
    attributes: { group: 2, dilations: [2, 1], strides: [1, 2], pads: [1, 1, 1, 1] },
    rest: [randomWeights([4, 3, 3, 2], 5)],
  },
  'ConvTranspose 1D': {
    op: 'ConvTranspose',
    x: [1, 2, 5],
    attributes: { strides: [3] },
    rest: [randomWeights([2, 2, 2], 5)],
  },
  'MaxPool overlapping, pads': {
    op: 'MaxPool',
    x: [2, 2, 8, 7],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    outputs: 2,
  },
  'MaxPool ceil_mode': {
    op: 'MaxPool',
    x: [1, 2, 6, 8],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
    outputs: 2,
  },
  'MaxPool ceil_mode, the last window would begin in the padding': {
    op: 'MaxPool',
    x: [1, 1, 4, 5],
    attributes: { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
    outputs: 2,
  },
  'MaxPool dilation': {
    op: 'MaxPool',
    x: [1, 2, 8, 8],
    attributes: { kernel_shape: [2, 3], dilations: [3, 2], strides: [2, 1] },
  },
  'AveragePool asymmetric pads': {
    op: 'AveragePool',
    x: [1, 2, 6, 6],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1] },
  },
  'AveragePool count_include_pad': {
    op: 'AveragePool',
    x: [1, 2, 6, 6],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
  'AveragePool ceil_mode': {
    op: 'AveragePool',
    x: [1, 2, 6, 7],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
  },
  'AveragePool ceil_mode, pads, count_include_pad': {
    op: 'AveragePool',
    x: [1, 2, 6, 7],
    attributes: {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    },
  },
  'AveragePool ceil_mode, the last window would begin in the padding': {
    op: 'AveragePool',
    x: [1, 1, 4, 5],
    attributes: { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  'LRN odd size': {
    op: 'LRN',
    x: [1, 7, 2, 3],
    attributes: { size: 5, alpha: { float: 0.5 }, beta: 0.75, bias: { float: 2 } },
  },
  'ScatterElements add, axis 1, repeated indices': {
    op: 'ScatterElements',
    x: [2, 4],
    attributes: { axis: 1, reduction: 'add' },
    rest: [int64([0, 0, 3, -1, 2, 2], [2, 3]), randomWeights([2, 3], 8)],
  },
  'ScatterElements replace, axis 0': {
    op: 'ScatterElements',
    x: [4, 3],
    rest: [int64([3, 1, 0], [1, 3]), randomWeights([1, 3], 8)],
  },
  'ScatterND add': {
    op: 'ScatterND',
    x: [4, 3, 2],
    attributes: { reduction: 'add' },
    rest: [int64([1, 0, 1, 0, 3, 2], [3, 2]), randomWeights([3, 2], 8)],
  },
  'MaxUnpool with output_shape': {
    op: 'MaxUnpool',
    x: [1, 2, 2, 2],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    rest: [int64([0, 3, 8, 10, 17, 18, 24, 31], [1, 2, 2, 2]), int64([1, 2, 4, 4])],
  },
  'Resize nearest, asymmetric, floor': {
    op: 'Resize',
    x: [1, 2, 3, 4],
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    rest: [null, float32([4], [1, 1, 2, 3])],
  },
  'Resize nearest, half_pixel, down': {
    op: 'Resize',
    x: [1, 1, 7, 5],
    rest: [null, null, int64([1, 1, 3, 2])],
  },
  'Resize linear, half_pixel, up': {
    op: 'Resize',
    x: [1, 2, 3, 4],
    attributes: { mode: 'linear' },
    rest: [null, float32([4], [1, 1, 2, 2.5])],
  },
  'Resize linear, half_pixel, to sizes': {
    op: 'Resize',
    x: [1, 2, 5, 4],
    attributes: { mode: 'linear' },
    rest: [null, null, int64([1, 2, 7, 3])],
  },
  'Resize linear, align_corners': {
    op: 'Resize',
    x: [1, 2, 3, 4],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    rest: [null, null, int64([1, 2, 7, 5])],
  },
  'Pad negative and positive': { op: 'Pad', x: [3, 4], rest: [int64([-1, 2, 1, -2]), float32([], [0.5])] },
  'Pad reflect': { op: 'Pad', x: [3, 4], attributes: { mode: 'reflect' }, rest: [int64([2, 1, 1, 3])] },
  'Pad edge': { op: 'Pad', x: [3, 4], attributes: { mode: 'edge' }, rest: [int64([2, 1, 0, 3])] },
  'Slice backwards and clamped': {
    op: 'Slice',
    x: [5, 6],
    rest: [int64([-1, 4]), int64([-100, 100]), int64([0, 1]), int64([-2, 1])],
  },
  'Gather axis 1': { op: 'Gather', x: [2, 4, 3], attributes: { axis: 1 }, rest: [int64([3, -4], [1, 2])] },
  'GatherElements axis 1': {
    op: 'GatherElements',
    x: [2, 4],
    attributes: { axis: 1 },
    rest: [int64([3, 0, -1, 2], [2, 2])],
  },
  GatherND: { op: 'GatherND', x: [2, 4, 3], rest: [int64([1, 3, 0, 2], [2, 2])] },
  Transpose: { op: 'Transpose', x: [2, 3, 4], attributes: { perm: [2, 0, 1] } },
  TopK: { op: 'TopK', x: [3, 6], rest: [int64([4])], outputs: 2 },
  'TopK smallest, axis 0': {
    op: 'TopK',
    x: [5, 2],
    attributes: { axis: 0, largest: 0 },
    rest: [int64([3])],
    outputs: 2,
  },
  ArgMax: { op: 'ArgMax', x: [3, 5], attributes: { axis: 1, keepdims: 0 } },
  'MatMul broadcasting': { op: 'MatMul', x: [2, 1, 3, 4], rest: [randomWeights([3, 4, 2], 5)] },
  'MatMul by a vector': { op: 'MatMul', x: [2, 3, 4], rest: [randomWeights([4], 5)] },
  Gemm: {
    op: 'Gemm',
    x: [4, 3],
    attributes: { transA: 1, transB: 1, alpha: 0.5, beta: { float: 2 } },
    rest: [randomWeights([2, 4], 5), randomWeights([2], 6)],
  },
  BatchNormalization: {
    op: 'BatchNormalization',
    x: [2, 3, 2, 2],
    attributes: { epsilon: 0.01 },
    rest: [randomWeights([3], 1), randomWeights([3], 2), randomWeights([3], 3), float32([3], [0.5, 1, 2])],
  },
  LayerNormalization: {
    op: 'LayerNormalization',
    x: [2, 3, 4],
    attributes: { axis: 1 },
    rest: [randomWeights([3, 4], 1), randomWeights([3, 4], 2)],
  },
  'ReduceMean axes': { op: 'ReduceMean', x: [2, 3, 4, 5], attributes: { axes: [-1, 2], keepdims: 0 } },
  'ReduceSum axes input': { op: 'ReduceSum', x: [2, 3, 4], rest: [int64([1])] },
  ReduceMax: { op: 'ReduceMax', x: [2, 3, 4], attributes: { axes: [0, 2] } },
  Softmax: { op: 'Softmax', x: [2, 3, 4], attributes: { axis: 1 } },
  Erf: { op: 'Erf', x: [40] },
  HardSwish: { op: 'HardSwish', x: [20] },
  HardSigmoid: { op: 'HardSigmoid', x: [20], attributes: { alpha: 0.3, beta: 0.6 } },
  Elu: { op: 'Elu', x: [20], attributes: { alpha: 0.7 } },
  LeakyRelu: { op: 'LeakyRelu', x: [20], attributes: { alpha: 0.2 } },
  PRelu: { op: 'PRelu', x: [2, 3, 4], rest: [randomWeights([3, 1], 4)] },
  'Clip without minimum': { op: 'Clip', x: [20], rest: [null, float32([], [0.5])] },
  Mod: {
    op: 'Mod',
    x: [8],
    attributes: { fmod: 1 },
    rest: [float32([8], [0.3, -0.3, 1, 2, 0.7, -1, 3, 0.1])],
  },
  Round: { op: 'Round', x: [20] },
  'CumSum exclusive, reverse': {
    op: 'CumSum',
    x: [3, 4],
    attributes: { exclusive: 1, reverse: 1 },
    rest: [int64([1], [])],
  },
};

describe('reference interpreter against onnxruntime', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const results = await bothResults(CASES[name]!);
    for (const { reference, runtime } of results) {
      expect(reference.shape).toEqual(runtime.shape);
      const largest = Math.max(1, ...runtime.data.map(Math.abs));
      runtime.data.forEach((value, i) => {
        expect(Math.abs(reference.data[i]! - value), `element ${i}`).toBeLessThan(1e-5 * largest);
      });
    }
  });
});
