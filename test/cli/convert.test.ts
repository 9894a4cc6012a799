import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caffemodel, prototxt } from '../caffe/caffe-files.js';
import { inception, vgg } from '../caffe/nets.js';
import { bench } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-convert-'));
  for (const [name, net] of [
    ['vgg', vgg],
    ['inception', inception],
  ] as const) {
    await writeFile(join(folder, `${name}.prototxt`), prototxt(net, 'v1'));
    await writeFile(join(folder, `${name}.caffemodel`), caffemodel(net, 'v1'));
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('bench convert', () => {
  it('writes an ONNX file that the other commands read', async () => {
    const { status, stdout } = await bench(folder, ['convert', 'vgg.prototxt', 'vgg.caffemodel', 'vgg.onnx']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^vgg\.onnx: data \[N,3,16,16\] → prob \[N,6\], 15 operations\nchannels are .*\n$/,
    );
    const layers = await bench(folder, ['layers', 'vgg.onnx']);
    expect(layers.stdout).toMatch(/relu5_3 +Relu +8 × 8 × 8 +default/);
  });

  it('converts for another image size, where the network allows it', async () => {
    const files = (name: string) => [`${name}.prototxt`, `${name}.caffemodel`, `${name}-32.onnx`];
    const wrong = await bench(folder, ['convert', ...files('vgg'), '--input-size', '32', '32']);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toBe(
      'bench: vgg.prototxt, layer `fc6` (InnerProduct): its weights in the caffemodel are [1,1,12,128], the prototxt needs [12,512]: is it the file that belongs to it, and the input size right?\n',
    );
    const right = await bench(folder, ['convert', ...files('inception'), '--input-size', '18', '17']);
    expect(right.stdout).toMatch(/^inception-32\.onnx: data \[N,3,18,17\] →/);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/part|vgg-32/));
  });

  it.each([
    [['nowhere', 'vgg.caffemodel', 'x.onnx'], 1, 'bench: nowhere: there is no such file\n'],
    [
      ['vgg.prototxt', 'vgg.prototxt', 'x.onnx'],
      1,
      /^bench: vgg\.prototxt: (not a Caffe model|holds no weights).*\n$/,
    ],
    [
      ['vgg.prototxt', 'vgg.caffemodel', 'no/x.onnx'],
      1,
      /^bench: no\/x\.onnx: cannot write the model: .*\n$/,
    ],
    [
      ['vgg.prototxt', 'vgg.caffemodel', 'x.onnx', '--input-size', '0', '5'],
      2,
      'bench: --input-size: expected HEIGHT WIDTH in pixels, got 0 5 (bench --help shows how)\n',
    ],
  ])('%j is refused in one line', async (args, status, message) => {
    const outcome = await bench(folder, ['convert', ...args]);
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toMatch(message);
  });
});
