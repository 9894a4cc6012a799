import { describe, expect, it } from 'vitest';
import { convertCaffe } from '../../src/caffe/convert.js';
import { caffemodel, encodeNet } from './caffe-files.js';
import { alexnet, vgg } from './nets.js';
import { filesOf, graphOf } from './run-graph.js';

const convolution = { name: 'conv', blobs: [{ shape: { dim: [1, 3, 1, 1] }, data: [1, 2, 3] }] };
const bytes = encodeNet({ layer: [convolution] });
const CONV = `layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 1 kernel_size: 1 bias_term: false } }`;
const INPUT = 'input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 5 }';

function convert(text: string, caffe: Buffer = bytes, inputSize?: readonly [number, number]) {
  return convertCaffe({
    prototxt: { text, file: 'net.prototxt' },
    caffemodel: { bytes: caffe, file: 'net.caffemodel' },
    ...(inputSize === undefined ? {} : { inputSize }),
  });
}
const names = (text: string) => convert(text).graph.nodes.map(({ outputs }) => outputs[0]);

describe('names of values', () => {
  it('an in-place layer gives its own name, and those behind it read that', () => {
    const { nodes } = graphOf(vgg);
    const made = nodes.map(({ outputs }) => outputs[0]);
    expect(made.filter((name) => /^(conv|relu)[15]/.test(name!))).toEqual([
      'conv1_1',
      'relu1_1',
      'conv5_3',
      'relu5_3',
    ]);
    expect(nodes.find(({ name }) => name === 'pool5')?.inputs).toEqual(['relu5_3']);
    expect(nodes.find(({ name }) => name === 'fc7')?.inputs[0]).toBe('drop6');
  });

  it('a name that is taken gets a number', () => {
    const relu = 'layer { name: "conv" type: "ReLU" bottom: "conv" top: "conv" }';
    expect(names(`${INPUT} ${CONV} ${relu} ${relu}`)).toEqual(['conv', 'conv_2', 'conv_3']);
  });

  it('every value has one maker', () => {
    for (const net of [alexnet, vgg]) {
      const made = graphOf(net).nodes.flatMap(({ outputs }) => outputs);
      expect(new Set(made).size).toBe(made.length);
    }
  });
});

describe('inputs', () => {
  it.each([
    ['input_dim', 'input: "data" input_dim: [10, 3, 4, 5]'],
    ['input_shape', INPUT],
    [
      'an Input layer',
      'layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [1, 3, 4, 5] } } }',
    ],
  ])('by %s', (_, head) => {
    expect(convert(`${head} ${CONV}`).graph.inputs).toEqual([
      { name: 'data', dtype: 'float32', shape: ['N', 3, 4, 5] },
    ]);
  });

  it('the test phase of a training file: its crop is the size, its labels and losses go', () => {
    const text = `
      layer { name: "a" type: "Data" top: "data" top: "label" include { phase: TRAIN } transform_param { crop_size: 9 } }
      layer { name: "b" type: "Data" top: "data" top: "label" include { phase: TEST } transform_param { crop_size: 6 } }
      ${CONV}
      layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" exclude { phase: TEST } }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "label" top: "loss" }
      layer { name: "top-1" type: "Accuracy" bottom: "conv" bottom: "label" top: "top-1" include { phase: TEST } }`;
    const { graph } = convert(text);
    expect(graph.inputs[0]?.shape).toEqual(['N', 3, 6, 6]);
    expect(graph.outputs).toEqual([{ name: 'conv', dtype: 'float32', shape: ['N', 1, 6, 6] }]);
  });

  it('a given size wins', () => {
    expect(convert(`${INPUT} ${CONV}`, bytes, [7, 8]).graph.inputs[0]?.shape).toEqual(['N', 3, 7, 8]);
  });
});

it('of several values that nothing reads the last is the output, the others are named', () => {
  const aux = 'layer { name: "aux" type: "Sigmoid" bottom: "data" top: "aux" }';
  const { graph, leftOut } = convert(`${INPUT} ${aux} ${CONV}`);
  expect(graph.outputs.map(({ name }) => name)).toEqual(['conv']);
  expect(graph.nodes).toHaveLength(1);
  expect(leftOut).toEqual(['aux']);
});

it('include and exclude rules look at level and stage', () => {
  const rule = (text: string) => `layer { name: "s" type: "Sigmoid" bottom: "conv" top: "s" ${text} }`;
  const made = (text: string, state = '') => names(`${state} ${INPUT} ${CONV} ${rule(text)}`).includes('s');
  expect(made('include { stage: "deploy" }')).toBe(false);
  expect(made('include { stage: "deploy" }', 'state { stage: "deploy" }')).toBe(true);
  expect(made('include { not_stage: "deploy" }', 'state { stage: "deploy" }')).toBe(false);
  expect(made('include { phase: TRAIN } include { min_level: 1 }', 'state { level: 1 }')).toBe(true);
  expect(made('exclude { max_level: -1 }')).toBe(true);
});

describe('the caffemodel', () => {
  const graphWith = (layer: object) =>
    convert(`${INPUT} ${CONV}`, encodeNet({ layer: [{ name: 'conv', ...layer }] })).graph;

  it('may hold doubles', () => {
    const { constants } = graphWith({ blobs: [{ shape: { dim: [1, 3, 1, 1] }, doubleData: [1, 2, 3] }] });
    expect([...(constants.get('conv/weight')!.data as Float32Array)]).toEqual([1, 2, 3]);
  });

  it.each([
    [
      { blobs: [{ shape: { dim: [1, 3, 1, 1] }, data: [1, 2] }] },
      'net.caffemodel: layer `conv`, blob 0 holds 2 values, its shape is [1,3,1,1]: fetch it again',
    ],
    [{ blobs: [] }, 'net.caffemodel: holds no weights (9 bytes): is it a .caffemodel file?'],
  ])('that contradicts itself is refused', (layer, message) => {
    expect(() => graphWith(layer)).toThrow(message);
  });

  it.each([
    ['cut short', caffemodel(vgg, 'v2').subarray(0, 5000)],
    ['of another format', Buffer.from('<html><body>not found</body></html>')],
    ['empty', Buffer.alloc(0)],
  ])('%s is refused by name', (_, broken) => {
    expect(() =>
      convertCaffe({ ...filesOf(vgg), caffemodel: { bytes: broken, file: 'x.caffemodel' } }),
    ).toThrow(/^x\.caffemodel: (not a Caffe model, or cut short|holds no weights)/);
  });
});

describe('a prototxt that cannot be used', () => {
  it.each([
    ['base_lr: 0.1 net: "train_val.prototxt"', /describes no layers/],
    [`${INPUT} ${CONV} layers { name: "x" type: RELU }`, /mixes `layer` and `layers`/],
    [`input: "data" input_dim: 3 ${CONV}`, /input_dim is given 1 times/],
    [`input: "data" ${CONV}`, /leaves the input size open: give it as --input-size/],
    [CONV, /0 inputs for the test phase \(none\)/],
    [`${INPUT} input: "second" ${CONV}`, /2 inputs for the test phase \(data, second\)/],
    [`input: "data" input_shape { dim: 1 dim: 3 } ${CONV}`, /is \[N,3\], expected \[N,C,H,W\]/],
    ['layers { layer { name: "conv" type: "conv" } bottom: "data" }', /upgrade_net_proto_text/],
    [`${INPUT} layer { name: "x" type: "Silence" bottom: "data" }`, /no layer's top is left as the output/],
  ])('%s', (text, message) => {
    expect(() => convert(text)).toThrow(message);
  });
});
