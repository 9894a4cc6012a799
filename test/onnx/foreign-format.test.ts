import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { readModel } from '../../src/onnx/read.js';

const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A zip archive of empty files: all that is looked at are their names. */
function zip(...names: readonly string[]): Buffer {
  const locals = names.map((name) => {
    const head = Buffer.alloc(30);
    head.write('PK\x03\x04', 'latin1');
    head.writeUInt16LE(name.length, 26);
    return Buffer.concat([head, Buffer.from(name)]);
  });
  const central = names.map((name) => {
    const head = Buffer.alloc(46);
    head.write('PK\x01\x02', 'latin1');
    head.writeUInt16LE(name.length, 28);
    return Buffer.concat([head, Buffer.from(name)]);
  });
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  return Buffer.concat([...locals, ...central, end]);
}

/** A protobuf field of bytes. */
const field = (number: number, ...parts: readonly (Buffer | string)[]) => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
  return Buffer.concat([Buffer.from(varint(number * 8 + 2)), Buffer.from(varint(bytes.length)), bytes]);
};

function safetensors(): Buffer {
  const head = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([length, head, Buffer.alloc(4)]);
}

const HDF5 = Buffer.concat([Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)]);
const LEGACY = Buffer.from([
  0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
]);
const GRAPH_DEF = Buffer.concat([
  field(1, field(1, 'input'), field(2, 'Placeholder')),
  field(1, field(1, 'conv'), field(2, 'Conv2D')),
]);
const SAVED_MODEL = Buffer.concat([
  Buffer.from([8, 1]),
  field(2, field(1, field(1, field(1, 'Add')), field(4, 'serve')), Buffer.alloc(300)),
]);
const CAFFE = Buffer.concat([field(1, 'VGG'), field(100, field(1, 'conv1'), field(2, 'Convolution'))]);
const CAFFE_V1 = Buffer.concat([field(1, 'CaffeNet'), field(2, field(2, 'data'), field(4, 'conv1'))]);

async function refusal(name: string, bytes: Buffer | string): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return refusalOf(path);
}

async function refusalOf(path: string): Promise<string> {
  const error: unknown = await readModel(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  const { message } = error as ModelError;
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message.slice(path.length + 2);
}

describe('a network of another format is named for what it is, whatever its name', () => {
  it.each<[string, Buffer | string, RegExp]>([
    [
      'a checkpoint of PyTorch',
      zip('archive/data.pkl', 'archive/data/0', 'archive/version'),
      /but a file of PyTorch.*torch\.onnx\.export\(/,
    ],
    ['one of before version 1.6', LEGACY, /but a file of PyTorch.*torch\.onnx\.export\(/],
    [
      'one of its newest form',
      zip('model/.format_version', 'model/data.pkl', 'model/byteorder'),
      /but a file of PyTorch/,
    ],
    [
      'TorchScript',
      zip('net/data.pkl', 'net/code/__torch__.py', 'net/constants.pkl'),
      /but a TorchScript archive.*torch\.jit\.load\(".*x\.onnx"\).*torch\.onnx\.export/,
    ],
    [
      'an exported program',
      zip('net/archive_format', 'net/models/model.json'),
      /but an exported program of PyTorch.*torch\.export\.load/,
    ],
    [
      'Keras',
      zip('metadata.json', 'config.json', 'model.weights.h5'),
      /but a file of Keras.*\.export\("model\.onnx", format="onnx"\)/,
    ],
    ['HDF5', HDF5, /but an HDF5 file, as Keras writes them.*\.export\("model\.onnx", format="onnx"\)/],
    [
      'TensorFlow Lite',
      Buffer.concat([Buffer.from([28, 0, 0, 0]), Buffer.from('TFL3'), Buffer.alloc(40)]),
      /but a file of TensorFlow Lite.*tf2onnx\.convert --tflite .*x\.onnx/,
    ],
    ['safetensors', safetensors(), /but a file of safetensors.*torch\.onnx\.export/],
    ['a frozen graph', GRAPH_DEF, /but a frozen graph of TensorFlow.*tf2onnx\.convert --graphdef/],
    [
      'a SavedModel’s own file',
      SAVED_MODEL,
      /but a SavedModel of TensorFlow.*tf2onnx\.convert --saved-model/,
    ],
    ['TensorFlow.js', '{"format":"layers-model","modelTopology":{}}', /but a model of TensorFlow\.js/],
    ['Caffe’s weights', CAFFE, /but a network of Caffe.*bench convert/],
    ['old weights of Caffe', CAFFE_V1, /but a network of Caffe.*bench convert/],
    [
      'a prototxt',
      'name: "VGG"\ninput: "data"\nlayer {\n  name: "conv1"\n}\n',
      /but a network of Caffe.*bench convert/,
    ],
    [
      'ONNX Runtime’s',
      Buffer.concat([Buffer.alloc(4), Buffer.from('ORTM'), Buffer.alloc(40)]),
      /own format \(\.ort\)/,
    ],
    ['OpenVINO', '<?xml version="1.0"?>\n<net name="x" version="11">', /but a model of OpenVINO/],
    ['a pickle', Buffer.from('\x80\x04\x95\x10\x00', 'latin1'), /but a pickle of Python/],
    ['arrays', zip('w.npy'), /but an array file of NumPy/],
    ['a zip archive with a model', zip('resnet/model.onnx'), /but a zip archive: unpack it/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /but a compressed file: unpack it/],
  ])('%s', async (_, bytes, message) => {
    const text = await refusal('x.onnx', bytes);
    expect(text).toMatch(/^not an ONNX model but /);
    expect(text).toMatch(message);
  });

  it('a large one, of which not all is read', async () => {
    const blobs = field(7, field(5, Buffer.alloc(3 << 20, 1)));
    const large = Buffer.concat([
      field(1, 'VGG_ILSVRC_16_layers'),
      field(2, field(3, 'data'), field(4, 'conv1'), blobs),
    ]);
    expect(await refusal('large.onnx', large)).toMatch(/^not an ONNX model but a network of Caffe/);
    const node = field(1, field(1, 'w'), field(2, 'Const'), field(5, Buffer.alloc(3 << 20, 1)));
    expect(await refusal('large.onnx', Buffer.concat([GRAPH_DEF, node]))).toMatch(
      /but a frozen graph of TensorFlow/,
    );
    expect(await refusal('large.onnx', Buffer.concat([SAVED_MODEL, Buffer.alloc(3 << 20)]))).toMatch(
      /but a SavedModel/,
    );
  });

  it.each([
    [
      'saved_model.pb',
      /^not an ONNX model but a SavedModel of TensorFlow: .*--saved-model \S*foreign-\w+ --output/,
    ],
    ['cut.pth', /^not an ONNX model but a file of PyTorch/],
    ['cut.H5', /^not an ONNX model but an HDF5 file/],
    ['cut.tflite', /^not an ONNX model but a file of TensorFlow Lite/],
    ['cut.pb', /^not an ONNX model but a frozen graph/],
    ['cut.caffemodel', /^not an ONNX model but a network of Caffe/],
    ['cut.onnx', /^not an ONNX model/],
  ])('by its name where the bytes say nothing: %s', async (name, message) => {
    expect(await refusal(name, Buffer.from([0xff, 0xff, 0xff]))).toMatch(message);
  });

  it('a folder', async () => {
    const saved = join(folder, 'saved');
    mkdirSync(saved);
    writeFileSync(join(saved, 'saved_model.pb'), SAVED_MODEL);
    expect(await refusalOf(saved)).toMatch(/a SavedModel of TensorFlow.*--saved-model .*saved --output/);
    mkdirSync(join(folder, 'empty'));
    expect(await refusalOf(join(folder, 'empty'))).toMatch(/it is a folder; name the ONNX file in it$/);
  });
});

describe('a model that is no regular file is refused at once', () => {
  it('a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.onnx')]);
    expect(await refusalOf(join(folder, 'pipe.onnx'))).toBe(
      'cannot read the model: it is no regular file; name an ONNX file',
    );
  });

  it.each(['/dev/zero', '/dev/null', '/dev/tty'])('%s', async (path) => {
    expect(await refusalOf(path)).toMatch(
      /^cannot read the model: it is no regular file; name an ONNX file$/,
    );
  });
});
