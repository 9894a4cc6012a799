import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { compile, naming, prepareNamed } from '../../src/explainer/compile.js';
import { readModel } from '../../src/onnx/read.js';
import { gapNet } from '../methods/small-nets.js';
import { type Draft, type DraftTensor, draftOf, fileOf, nodesOf, tensorsOf } from './draft.js';

const folder = mkdtempSync(join(tmpdir(), 'bad-models-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'bad.onnx');

/** What a command does with a model before it is handed to an engine. */
async function load(): Promise<void> {
  const network = prepareNamed(path, await readModel(path));
  const requests = [{ method: 'grad-cam' }, { method: 'guided-backprop' }];
  naming(path, () => compile(network, { requests, k: 2, classes: 'top' }));
}

async function refusal(): Promise<string> {
  const error: unknown = await load().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  const { message } = error as ModelError;
  expect(message.split('\n')).toHaveLength(1);
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message.slice(path.length + 2);
}

function edited(edit: (draft: Draft) => void): void {
  const draft = draftOf(gapNet);
  edit(draft);
  writeFileSync(path, fileOf(draft));
}

const node = (draft: Draft, name: string) => nodesOf(draft).find((one) => one.name === name)!;
const tensor = (draft: Draft, name: string) => tensorsOf(draft).find((one) => one.name === name)!;
const inputDims = (draft: Draft) => draft.graph!.input![0]!.type!.tensorType!.shape!.dim!;
const setInts = (draft: Draft, name: string, attribute: string, ints: number[]) => {
  const found = node(draft, name);
  const others = found.attribute!.filter((one) => one.name !== attribute);
  found.attribute = [...others, { name: attribute, type: 7, ints }];
};
/** Adds a node whose output takes the place of the model's. */
const behind = (draft: Draft, added: Omit<ReturnType<typeof node>, 'output'>) => {
  nodesOf(draft).push({ ...added, output: ['behind'] });
  draft.graph!.output![0]!.name = 'behind';
};
const resized = (one: DraftTensor, dims: number[]) => {
  one.dims = dims;
  one.rawData = Buffer.alloc(4 * dims.reduce((a, b) => a * b, 1), 1);
};

describe('a file that is no model is one line', () => {
  const whole = fileOf(draftOf(gapNet));
  it.each<[string, Buffer, RegExp]>([
    ['no bytes', Buffer.alloc(0), /^not an ONNX model: it holds no graph \(0 bytes\)$/],
    ['text', Buffer.from('a shopping list\n'), /^not an ONNX model/],
    ['a web page', Buffer.from('<!DOCTYPE html><html>404</html>'), /^not an ONNX model/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 553437328\n'),
      /^only the Git LFS pointer to a model, not the model: fetch it with `git lfs pull`$/,
    ],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^not an ONNX model/],
    [
      'a cut file',
      whole.subarray(0, whole.length / 2),
      /^not an ONNX model, or cut short \(\d+ bytes\): fetch/,
    ],
    ['another protobuf', Buffer.from('0a03616263', 'hex'), /^not an ONNX model/],
  ])('%s', async (_, bytes, message) => {
    writeFileSync(path, bytes);
    expect(await refusal()).toMatch(message);
  });

  it('a file cut at any of 100 places', async () => {
    for (let i = 0; i < 100; i++) {
      writeFileSync(path, whole.subarray(0, Math.floor((whole.length * i) / 100)));
      expect(await refusal()).toMatch(/^not an ONNX model/);
    }
  });

  it('a folder', async () => {
    rmSync(path);
    mkdirSync(path);
    expect(await refusal()).toBe('cannot read the model: it is a folder; name the ONNX file in it');
    rmSync(path, { recursive: true });
  });

  it('3 GiB, without reading them', async () => {
    writeFileSync(path, '');
    truncateSync(path, 3 * 2 ** 30);
    const before = process.memoryUsage().rss;
    expect(await refusal()).toMatch(
      /no ONNX file is larger than 2 GiB; export the model with external data$/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    rmSync(path);
  });
});

describe('a model that contradicts itself is one line', () => {
  it.each<[string, (draft: Draft) => void, RegExp]>([
    [
      'an unknown operator',
      (m) => (node(m, 'relu1').opType = 'Foo'),
      /^operator Foo `relu1` is not supported: /,
    ],
    [
      'an operator called like a method of objects',
      (m) => (node(m, 'relu1').opType = 'toString'),
      /^operator toS/,
    ],
    [
      'an operator of another domain',
      (m) => (node(m, 'relu1').domain = 'com.microsoft'),
      /^operator Relu `relu1` of domain com\.microsoft is not supported/,
    ],
    ['quantized operators', (m) => (node(m, 'relu1').opType = 'QuantizeLinear'), /^operator QuantizeLinear/],
    ['a cycle', (m) => (node(m, 'conv1').input![0] = 'relu2'), /^Relu `relu1` is part of a cycle$/],
    [
      'a node that reads itself',
      (m) => (node(m, 'relu1').input = ['relu1']),
      /^Relu `relu1` is part of a cycle$/,
    ],
    [
      'an edge from nowhere',
      (m) => (node(m, 'relu1').input = ['gone']),
      /^Relu `relu1` reads `gone`, which nothing/,
    ],
    [
      'an output that nothing makes',
      (m) => (m.graph!.output![0]!.name = 'gone'),
      /^output `gone` is made by no/,
    ],
    [
      'two nodes of one output',
      (m) => (node(m, 'conv2').output = ['conv1']),
      /makes `conv1`, which exists already$/,
    ],
    [
      'a node that makes a weight',
      (m) => (node(m, 'conv2').output = ['c1']),
      /makes `c1`, which exists already$/,
    ],
    [
      'two weights of one name',
      (m) => tensorsOf(m).push(tensor(m, 'c1')),
      /^two initializers are named `c1`/,
    ],
    [
      'two attributes of one name',
      (m) => node(m, 'conv1').attribute!.push({ name: 'pads', type: 7, ints: [0, 0, 0, 0] }),
      /^Conv `conv1` has two attributes `pads`$/,
    ],
    [
      'an attribute of another type',
      (m) => (node(m, 'conv1').attribute = [{ name: 'pads', type: 2, i: 1 }]),
      /^Conv `conv1`: attribute pads is int, expected ints/,
    ],
    [
      'no weights',
      (m) => (node(m, 'conv1').input = ['x']),
      /^Conv `conv1`: an input that it needs is missing$/,
    ],
    [
      'weights of other channels',
      (m) => resized(tensor(m, 'c1'), [4, 9, 3, 3]),
      /weights \[4,9,3,3\] in 1 group/,
    ],
    ['weights of another rank', (m) => (tensor(m, 'c1').dims = [4, 27]), /weights \[4,27\] in 1 group/],
    [
      'a matrix turned around',
      (m) => (tensor(m, 'w').dims = [6, 5]),
      /weights \[6,5\] do not fit its input \[N,6\]/,
    ],
    ['no groups', (m) => node(m, 'conv1').attribute!.push({ name: 'group', type: 2, i: 0 }), /in 0 group/],
    ['a stride of 0', (m) => setInts(m, 'pool1', 'strides', [0, 2]), /strides, dilations or pads do not fit/],
    [
      'a huge kernel',
      (m) => setInts(m, 'pool1', 'kernel_shape', [2 ** 40, 2]),
      /its window \(\d+\) is larger than/,
    ],
    [
      'huge pads',
      (m) => setInts(m, 'conv1', 'pads', [2 ** 40, 0, 0, 0]),
      /^`conv1` would be .* too large: is the/,
    ],
    [
      'a bias of another size',
      (m) => resized(tensor(m, 'b1'), [2]),
      /^Conv `conv1`: its bias is \[2\], expected \[4\]$/,
    ],
    [
      'a matrix product with another bias',
      (m) => resized(tensor(m, 'b'), [2]),
      /^Gemm `logits`: shapes \[N,5\] and \[2\] do not fit together$/,
    ],
    [
      'weights of another type',
      (m) => {
        tensor(m, 'c1').dataType = 6;
      },
      /^Conv `conv1` is given float32 and int32; export the model in float32$/,
    ],
    [
      'an input too many',
      (m) => (node(m, 'relu1').input = ['conv1', 'x']),
      /^Relu `relu1` has 2 inputs; Relu takes 1$/,
    ],
    [
      'an attribute of another operator',
      (m) => (node(m, 'relu1').attribute = [{ name: 'pads', type: 7, ints: [1] }]),
      /^Relu `relu1` has an attribute `pads`, which Relu does not know$/,
    ],
    [
      'a graph as attribute',
      (m) => (node(m, 'relu1').attribute = [{ name: 'body', type: 5 }]),
      /^Relu `relu1` has an attribute `body`/,
    ],
    [
      'negative pads',
      (m) => setInts(m, 'conv1', 'pads', [-1, 0, 0, 0]),
      /strides, dilations or pads do not fit/,
    ],
    [
      'a transposition that is neither on nor off',
      (m) => void node(m, 'logits').attribute!.push({ name: 'transA', type: 2, i: 5 }),
      /^Gemm `logits`: transA is 5, expected 0 or 1/,
    ],
    [
      'a pool padded beyond its window',
      (m) => setInts(m, 'pool1', 'pads', [9, 0, 0, 0]),
      /its pads \(9, 0\) are not smaller/,
    ],
    ...['MaxPool', 'AveragePool', 'GlobalMaxPool', 'GlobalAveragePool'].map(
      (opType): [string, (draft: Draft) => void, RegExp] => [
        `a ${opType} of a bias`,
        (m) => {
          nodesOf(m).unshift({ opType, name: 'pool', input: ['b1'], output: ['pooled'], attribute: [] });
          if (!opType.startsWith('Global')) setInts(m, 'pool', 'kernel_shape', []);
          node(m, 'conv1').input![2] = 'pooled';
        },
        new RegExp(`^${opType} \`pool\`: its input has no spatial axes$`),
      ],
    ),
    [
      'an LRN of a vector per image',
      (m) => behind(m, { opType: 'LRN', name: 'lrn', input: ['logits'] }),
      /^LRN `lrn`: its input \[N,5\] has not four axes$/,
    ],
    [
      'an InstanceNormalization of a vector per image',
      (m) => {
        const input = ['logits', 'b', 'b'];
        behind(m, { opType: 'InstanceNormalization', name: 'norm', input });
      },
      /^InstanceNormalization `norm`: its input has no spatial axes$/,
    ],
    [
      'a constant of 2⁴⁰ numbers',
      (m) => {
        tensorsOf(m).push({ name: 's', dims: [2], dataType: 7, int64Data: [2 ** 20, 2 ** 20] });
        nodesOf(m).push({ opType: 'ConstantOfShape', name: 'bomb', input: ['s'], output: ['bomb'] });
        behind(m, { opType: 'Add', name: 'sum', input: ['logits', 'bomb'] });
      },
      /^ConstantOfShape `bomb`: its constant inputs do not fit together \(a constant of shape/,
    ],
    [
      'a range of 2⁵⁰ numbers',
      (m) => {
        for (const [name, value] of [
          ['from', 0],
          ['to', 2 ** 50],
          ['by', 1],
        ] as const)
          tensorsOf(m).push({ name, dims: [], dataType: 7, int64Data: [value] });
        nodesOf(m).push({ opType: 'Range', name: 'bomb', input: ['from', 'to', 'by'], output: ['bomb'] });
        behind(m, { opType: 'Add', name: 'sum', input: ['logits', 'bomb'] });
      },
      /^Range `bomb`: its constant inputs do not fit together/,
    ],
    [
      'a softmax over the batch',
      (m) => {
        nodesOf(m).push({
          opType: 'Softmax',
          name: 'soft',
          input: ['logits'],
          output: ['p'],
          attribute: [{ name: 'axis', type: 2, i: 0 }],
        });
        m.graph!.output![0]!.name = 'p';
      },
      /^Softmax `soft` mixes the images of a batch \(axis 0\)/,
    ],
  ])('%s', async (_, edit, message) => {
    edited(edit);
    expect(await refusal()).toMatch(message);
  });
});

describe('weights that cannot be read are one line', () => {
  it.each<[string, (t: DraftTensor) => void, RegExp]>([
    [
      'bytes and shape disagree',
      (t) => (t.dims = [4, 3, 3, 4]),
      /holds 432 bytes, its shape \[4,3,3,4\] needs 576$/,
    ],
    ['a negative size', (t) => (t.dims = [4, -3, 3, -3]), /has an impossible shape \[4,-3,3,-3\]$/],
    [
      'sizes whose product overflows',
      (t) => (t.dims = [2 ** 40, 2 ** 40, 3, 3]),
      /holds 432 bytes, its shape/,
    ],
    [
      'an element type that does not exist',
      (t) => (t.dataType = 99),
      /has element type 99, which is not supported$/,
    ],
    ['strings', (t) => (t.dataType = 8), /has element type string, which is not supported$/],
    [
      'NaN',
      (t) => void t.rawData!.writeFloatLE(Number.NaN, 400),
      /holds NaN: the training diverged, or the file/,
    ],
    ['a NaN with its sign set', (t) => void t.rawData!.writeUInt32LE(0xffc00000, 0), /holds NaN/],
    ['a NaN of one bit', (t) => void t.rawData!.writeUInt32LE(0x7f800001, 428), /holds NaN/],
  ])('%s', async (_, edit, message) => {
    edited((draft) => edit(tensor(draft, 'c1')));
    expect(await refusal()).toMatch(message);
    expect(await refusal()).toMatch(/^tensor `c1` /);
  });

  it('infinities are numbers: masks and bounds are written with them', async () => {
    edited((draft) => void tensor(draft, 'b1').rawData!.writeFloatLE(Number.NEGATIVE_INFINITY, 0));
    await expect(load()).resolves.toBeUndefined();
  });

  const external = (t: DraftTensor, ...entries: [string, string][]) => {
    delete t.rawData;
    t.dataLocation = 1;
    t.externalData = entries.map(([key, value]) => ({ key, value }));
  };
  writeFileSync(join(folder, 'short.bin'), 'short');
  writeFileSync(join(folder, 'huge.bin'), '');
  truncateSync(join(folder, 'huge.bin'), 3 * 2 ** 30);
  mkdirSync(join(folder, 'folder.bin'));
  execFileSync('mkfifo', [join(folder, 'pipe.bin')]);
  it.each<[string, [string, string][], RegExp]>([
    [
      'are missing',
      [['location', 'gone.bin']],
      /lies in .*gone\.bin, which cannot be read: put that file beside the/,
    ],
    ['have no place', [], /points outside of the model's folder \(external data at ""\)$/],
    ['lie outside', [['location', '../weights.bin']], /points outside of the model's folder/],
    [
      'lie outside by a detour',
      [['location', 'a/../../weights.bin']],
      /points outside of the model's folder/,
    ],
    ['lie at an absolute path', [['location', '/etc/passwd']], /points outside of the model's folder/],
    [
      'are too short',
      [
        ['location', 'short.bin'],
        ['length', '432'],
      ],
      /needs bytes 0 to 432 of .*, which has 5: fetch/,
    ],
    [
      'start behind the end',
      [
        ['location', 'short.bin'],
        ['offset', '9'],
      ],
      /needs bytes 9 to 5 of .*, which has 5/,
    ],
    [
      'start before it',
      [
        ['location', 'short.bin'],
        ['offset', '-4'],
      ],
      /needs bytes -4 to /,
    ],
    [
      'start between bytes',
      [
        ['location', 'huge.bin'],
        ['offset', '1.5'],
        ['length', '432'],
      ],
      /needs bytes 1\.5 to/,
    ],
    [
      'start at no number',
      [
        ['location', 'short.bin'],
        ['offset', 'x'],
      ],
      /needs bytes NaN to NaN of/,
    ],
    ['are 3 GiB', [['location', 'huge.bin']], /holds 3221225472 bytes in .*huge\.bin, its shape needs 432$/],
    ['are a folder', [['location', 'folder.bin']], /lies in .*folder\.bin, which cannot be read/],
    ['are a pipe', [['location', 'pipe.bin']], /lies in .*pipe\.bin, which cannot be read/],
  ])('that %s', async (_, entries, message) => {
    edited((draft) => external(tensor(draft, 'c1'), ...entries));
    expect(await refusal()).toMatch(message);
    expect(await refusal()).toMatch(/^tensor `c1` /);
  });
});

describe('a model that is no image classifier is one line', () => {
  const elements = (draft: Draft, elemType: number) =>
    (draft.graph!.input![0]!.type!.tensorType!.elemType = elemType);
  it.each<[string, (draft: Draft) => void, RegExp]>([
    [
      'no output',
      (m) => (m.graph!.output = []),
      /^the model is not a classifier: no output has one score per class/,
    ],
    [
      'a map as output',
      (m) => (m.graph!.output![0]!.name = 'relu2'),
      /not a classifier.*\(outputs: `relu2` \[N,6,4,4\]\)/,
    ],
    ['the image as output', (m) => (m.graph!.output![0]!.name = 'x'), /not a classifier/],
    ['a weight as output', (m) => (m.graph!.output![0]!.name = 'b'), /not a classifier/],
    [
      'two inputs',
      (m) => {
        m.graph!.input!.push({ ...m.graph!.input![0]!, name: 'z' });
        node(m, 'conv1').input![0] = 'joined';
        nodesOf(m).unshift({ opType: 'Add', name: 'join', input: ['x', 'z'], output: ['joined'] });
      },
      /has 2 inputs \(x, z\)/,
    ],
    [
      'a table as input',
      (m) => void inputDims(m).splice(1, 2),
      /is float32 \[N,8\]; expected float32 \[N,3,height/,
    ],
    [
      'a grey image, the weights for colours',
      (m) => (inputDims(m)[1] = { dimValue: 1 }),
      /^Conv `conv1`: weights \[4,3,3,3\] in 1 group\(s\) do not fit its input \[N,1,8,8\]$/,
    ],
    ['four channels', (m) => (inputDims(m)[1] = { dimValue: 4 }), /is float32 \[N,4,8,8\]; expected/],
    [
      'a quantised network',
      (m) => (node(m, 'conv1').opType = 'QLinearConv'),
      /^operator QLinearConv `conv1` computes in int8: a quantised network has no gradient; export the network as it was before/,
    ],
    [
      'images in bytes',
      (m) => elements(m, 2),
      /is uint8 \[N,3,8,8\]; expected float32.*export the network without/,
    ],
    ['images of an unknown type', (m) => elements(m, 99), /is of element type 99; expected/],
    ['an input that is no tensor', (m) => (m.graph!.input![0]!.type = {}), /`x` is no tensor; expected/],
    [
      'an open size',
      (m) => (inputDims(m)[2] = { dimParam: 'H' }),
      /leaves its input height open: give it as input\.size$/,
    ],
    [
      'a negative size, which is an open one',
      (m) => (inputDims(m)[3] = { dimValue: -1 }),
      /leaves its input width open/,
    ],
    [
      'an image of 10²⁴ pixels',
      (m) => void inputDims(m).splice(2, 2, { dimValue: 2 ** 40 }, { dimValue: 2 ** 40 }),
      /^`x` would be \[N,3,1099511627776,1099511627776\], too large/,
    ],
    [
      'an image of one pixel',
      (m) => void inputDims(m).splice(2, 2, { dimValue: 1 }, { dimValue: 1 }),
      /^MaxPool `pool1`: its window \(2\) is larger/,
    ],
    [
      'no opset',
      (m) => (m.opsetImport = []),
      /^opset 0 is not supported: export the model with opset 7 to 21$/,
    ],
  ])('%s', async (_, edit, message) => {
    edited(edit);
    expect(await refusal()).toMatch(message);
  });
});
