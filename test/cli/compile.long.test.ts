import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../src/cards/schema.js';
import { decodeImage } from '../../src/images/decode.js';
import { type InputSpec, inputPixels, writeInput } from '../../src/images/preprocess.js';
import type { Constant, Graph } from '../../src/onnx/graph.js';
import { readHeader } from '../../src/onnx/header.js';
import { readModel } from '../../src/onnx/read.js';
import { writeModel } from '../../src/onnx/write.js';
import { type Given, openModel, RUNTIMES, type Runtime } from '../explainer/file/runtimes.js';
import { bench, colorNetwork, imagePath, makeWorld, PACKAGE } from './world.js';

const SQUEEZENET = join(PACKAGE, 'models', 'squeezenet1.1.onnx');
const CAT = join(PACKAGE, 'examples', 'photos', 'cat.jpg');
const SPEC = {
  ...{ width: 224, height: 224, resize: 'warp', color: 'rgb', scale: 1 / 255 },
  ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
} as const satisfies InputSpec;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-compile-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const compile = (...args: string[]) => bench(folder, ['compile', ...args]);
const at = (name: string) => join(folder, name);

/** Float32 values of a .npy file. */
async function npy(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}

/** The largest difference, relative to the largest value. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  const largest = Math.max(...Array.from(b, Math.abs));
  expect(largest).toBeGreaterThan(0);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!))) / largest;
}

async function catInput(): Promise<Given> {
  const data = new Float32Array(3 * 224 * 224);
  writeInput(inputPixels(await decodeImage(CAT), SPEC), SPEC, data, 0);
  return { type: 'float32', data, dims: [1, 3, 224, 224] };
}

async function catPicture(): Promise<Given> {
  const { data, width, height } = await decodeImage(CAT);
  return { type: 'uint8', data, dims: [1, height, width, 3] };
}

const METHODS = ['grad-cam', 'guided-backprop', 'c-mwp'] as const;

/** Two classes are given behind the best three. */
const GIVEN = [7n, 281n];

async function run(file: string, image: Record<string, Given>, runtime: Runtime) {
  const model = await openModel(await readFile(at(file)), runtime);
  const given: Given = { type: 'int64', data: BigInt64Array.from(GIVEN), dims: [1, 2] };
  return { model, got: await model.run({ ...image, given }) };
}

describe('the shipped network with its explanations', () => {
  beforeAll(async () => {
    const methods = ['--method', METHODS.join()];
    const classes = ['--top', '3', '--given', '2'];
    const plain = await compile(SQUEEZENET, ...methods, ...classes, '-o', 'plain.onnx');
    expect(plain).toMatchObject({ status: 0, stderr: '' });
    const whole = await compile(
      ...[SQUEEZENET, ...methods, ...classes, '-o', 'whole.onnx'],
      ...['--embed-preprocessing', '--resize', 'input', '--weights', 'beside'],
    );
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    const named = GIVEN.flatMap((id) => ['--class', String(id)]);
    const explained = await bench(folder, [
      ...['explain', CAT, ...methods, '--top', '3', ...named, '--npy', '--out', 'explained'],
    ]);
    expect(explained.status).toBe(0);
  });

  describe.each(RUNTIMES)('%s', (runtime) => {
    it('gives the maps of `explain`, from pixels that are ready', async () => {
      const { model, got } = await run('plain.onnx', { input: await catInput() }, runtime);
      expect(model.inputNames).toEqual(['input', 'given']);
      expect(model.outputNames).toEqual(['scores', 'classes', ...METHODS]);
      const logits = await npy(at('explained/cat.logits.npy'));
      expect(apart(got.scores!.data as Float32Array, logits)).toBeLessThan(1e-5);
      expect([...(got.classes!.data as BigInt64Array)].slice(3)).toEqual(GIVEN);
      for (const [i, method] of METHODS.entries()) {
        const ours = await npy(at(`explained/cat.${i + 1}-${method}.npy`));
        expect(got[method]!.dims).toEqual([1, 5, ...(method === 'guided-backprop' ? [224, 224] : [13, 13])]);
        // Rounding differs from runtime to runtime: each class for itself, as its map may be small.
        const area = ours.length / 5;
        for (let k = 0; k < 5; k++) {
          const one = (data: Float32Array) => data.subarray(k * area, (k + 1) * area);
          expect(apart(one(got[method]!.data as Float32Array), one(ours)), method).toBeLessThan(1e-5);
        }
      }
    });
  });

  it('takes a photograph as it is, and gives maps of the input’s size', async () => {
    const model = await openModel(at('whole.onnx'), 'onnxruntime-node');
    const given: Given = { type: 'int64', data: BigInt64Array.from(GIVEN), dims: [1, 2] };
    const got = await model.run({ image: await catPicture(), given });
    const { got: plain } = await run('plain.onnx', { input: await catInput() }, 'onnxruntime-node');
    expect(model.inputNames).toEqual(['image', 'given']);
    expect(got.scores!.data).toEqual(plain.scores!.data);
    expect(got.classes!.data).toEqual(plain.classes!.data);
    for (const method of METHODS) expect(got[method]!.dims).toEqual([1, 5, 224, 224]);
    expect(got['guided-backprop']!.data).toEqual(plain['guided-backprop']!.data);
  });
});

/** A value of the network under each name that the file's own inputs and outputs have. */
function namesTaken(): Graph {
  const { nodes, ...graph } = colorNetwork();
  const others: Readonly<Record<string, string>> = {
    ...{
      data: 'scores',
      conv1: 'grad-cam',
      relu1: 'image',
      pooled: 'classes',
      flat: 'given',
      scores: 'input',
    },
    ...{ kernel: 'backprop', weight: 'network/scores' },
  };
  const of = (name: string) => others[name]!;
  return {
    ...graph,
    inputs: graph.inputs.map((info) => ({ ...info, name: of(info.name) })),
    outputs: graph.outputs.map((info) => ({ ...info, name: of(info.name) })),
    constants: new Map([...graph.constants].map(([name, constant]) => [of(name), constant])),
    nodes: nodes.map((node) => ({
      ...{ ...node, name: of(node.name), inputs: node.inputs.map(of), outputs: node.outputs.map(of) },
    })),
  };
}

/** 16 × 16 pixels: plane 1 has the largest values, then plane 2. */
const COLOURS: Given = {
  type: 'float32',
  data: Float32Array.from({ length: 3 * 256 }, (_, i) => (i % 256) / 256 + [0, 2, 1][Math.floor(i / 256)]!),
  dims: [1, 3, 16, 16],
};
const resultsOf = async (
  file: string,
  inputs: Record<string, Given>,
  runtime: Runtime = 'onnxruntime-node',
) => (await openModel(await readFile(at(file)), runtime)).run(inputs);
const refusal = async (...args: string[]) => {
  const { status, stdout, stderr } = await compile(...args);
  expect(status).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr.trim();
};

describe('names', () => {
  it('of the file are its own, whatever the network calls its values', async () => {
    await writeFile(at('names.onnx'), writeModel(namesTaken()));
    const methods = ['--method', 'grad-cam,backprop', '--top', '2', '--given'];
    const taken = await compile('names.onnx', ...methods, '-o', 'names-explained.onnx');
    expect(taken.stderr).toBe('');
    const plain = await compile('colors.onnx', ...methods, '-o', 'colors-explained.onnx');
    expect(plain.stderr).toBe('');
    const given: Given = { type: 'int64', data: BigInt64Array.of(0n), dims: [1, 1] };
    const [one, other] = await Promise.all(
      ['names-explained.onnx', 'colors-explained.onnx'].map((file) =>
        resultsOf(file, { input: COLOURS, given }),
      ),
    );
    expect(Object.keys(one!)).toEqual(['scores', 'classes', 'grad-cam', 'backprop']);
    expect(one).toEqual(other);
    expect([...(one!.classes!.data as BigInt64Array)]).toEqual([1n, 2n, 0n]);
  });
});

describe('the file', () => {
  it('is read again by the program itself, and says what everything is', async () => {
    await compile(
      'colors.onnx',
      '--method',
      'grad-cam',
      '--top',
      '2',
      '-o',
      'read.onnx',
      '--preset',
      'zero-one',
    );
    const graph = await readModel(at('read.onnx'));
    expect(graph.inputs).toEqual([{ name: 'input', dtype: 'float32', shape: ['N', 3, 16, 16] }]);
    expect(graph.outputs).toEqual([
      { name: 'scores', dtype: 'float32', shape: ['N', 3] },
      { name: 'classes', dtype: 'int64', shape: ['N', 2] },
      { name: 'grad-cam', dtype: 'float32', shape: ['N', 2, 16, 16] },
    ]);
    expect(new Set(graph.nodes.map(({ domain }) => domain))).toEqual(new Set(['']));
    const { metadata } = readHeader(at('read.onnx'));
    const compiled = JSON.parse(metadata.get('explanation-bench.compiled')!);
    expect(compiled.outputs['grad-cam']).toMatchObject({
      dtype: 'float32',
      shape: ['N', 2, 16, 16],
      meaning: 'Grad-CAM, at relu1: map j belongs to class j of `classes`; not normalised',
    });
    expect(compiled.outputs['grad-cam'].reference).toContain('ICCV 2017');
    expect(compiled.inputs.input.meaning).toContain('16×16, the whole picture warped, RGB, pixels × 1/255');
    expect(compiled.network.sha256).toMatch(/^[0-9a-f]{64}$/);
    const card = parseCard(metadata.get('explanation-bench.card')!, 'card');
    expect(card).toMatchObject({ output: 'scores', score: 'output', input: { scale: '1/255' } });
  });

  it('is a network that can be explained again, by its own card', async () => {
    await compile(
      'colors.onnx',
      '--method',
      'grad-cam',
      '--top',
      '2',
      '-o',
      'twice.onnx',
      '--preset',
      'zero-one',
    );
    const explain = (model: string, out: string, ...flags: string[]) =>
      bench(folder, ['explain', imagePath(folder, 1), '--model', model, '--npy', '--out', out, ...flags]);
    expect(await explain('twice.onnx', 'twice')).toMatchObject({ status: 0 });
    expect(await explain('colors.onnx', 'once', '--preset', 'zero-one')).toMatchObject({ status: 0 });
    const names = (await readdir(at('once'))).filter((name) => name.endsWith('.npy'));
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(await npy(join(at('twice'), name))).toEqual(await npy(join(at('once'), name)));
  });

  it('has the class names in its card, and no path in it', async () => {
    await copyFile(at('colors.onnx'), at('carded.onnx'));
    await writeFile(at('names.txt'), 'red\ngreen\nblue\n');
    const card = { input: { size: 16, scale: '1/255' }, classes: 'names.txt', licence: 'CC0' };
    await writeFile(at('carded.card.json'), JSON.stringify(card));
    await compile('carded.onnx', '--top', '1', '-o', 'named.onnx');
    const { metadata } = readHeader(at('named.onnx'));
    const inside = parseCard(metadata.get('explanation-bench.card')!, 'card');
    expect(inside).toMatchObject({ classes: ['red', 'green', 'blue'], licence: 'CC0' });
    expect((await readFile(at('named.onnx'))).includes(folder)).toBe(false);
    // Names that cannot be read are no reason to give up: the file only lacks them.
    await rm(at('names.txt'));
    const nameless = await compile('carded.onnx', '--top', '1', '-o', 'nameless.onnx');
    expect(nameless).toMatchObject({ status: 0 });
    expect(nameless.stderr).toMatch(/^note: no class names in the metadata: .*names\.txt: no such file/);
    await writeFile(at('names.txt'), 'red\ngreen\nblue\n');
    // The same network from another folder gives the same bytes.
    const elsewhere = await bench(PACKAGE, [
      'compile',
      at('carded.onnx'),
      '--top',
      '1',
      '-o',
      at('same.onnx'),
    ]);
    expect(elsewhere.status).toBe(0);
    expect(await readFile(at('same.onnx'))).toEqual(await readFile(at('named.onnx')));
  });

  it('takes batches of any size, each picture with the bits that it has alone', async () => {
    await compile('colors.onnx', '--method', 'grad-cam,backprop', '--top', '2', '-o', 'batch.onnx');
    const one = await resultsOf('batch.onnx', { input: COLOURS });
    const data = COLOURS.data as Float32Array;
    const other = data.map((value) => 2 - value);
    const both = Float32Array.of(...other, ...data);
    const two = await resultsOf('batch.onnx', { input: { ...COLOURS, data: both, dims: [2, 3, 16, 16] } });
    for (const [name, { data: own }] of Object.entries(one)) {
      expect(two[name]!.dims[0]).toBe(2);
      expect(two[name]!.data.slice(own.length)).toEqual(own);
    }
  });

  it('holds to one picture where the network does, and says so', async () => {
    const { inputs, outputs, nodes, constants, ...graph } = colorNetwork();
    const shape: Constant = { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 3n) };
    const fixed: Graph = {
      ...graph,
      inputs: inputs.map((info) => ({ ...info, shape: [1, 3, 16, 16] })),
      outputs: outputs.map((info) => ({ ...info, shape: [1, 3] })),
      nodes: nodes.map((node) =>
        node.op === 'Flatten' ? { ...node, op: 'Reshape', inputs: [...node.inputs, 'shape'] } : node,
      ),
      constants: new Map([...constants, ['shape', shape]]),
    };
    await writeFile(at('fixed.onnx'), writeModel(fixed));
    const { status } = await compile(
      'fixed.onnx',
      '--method',
      'backprop',
      '--top',
      '1',
      '-o',
      'fixed-1.onnx',
    );
    expect(status).toBe(0);
    const { outputs: made } = await readModel(at('fixed-1.onnx'));
    const got = await resultsOf('fixed-1.onnx', { input: COLOURS });
    expect(got.backprop!.dims).toEqual(made[2]!.shape.map((dim) => (dim === 'N' ? 1 : dim)));
  });

  it('explains what stands before a Softmax, or its probability when that is asked for', async () => {
    const graph = colorNetwork();
    const softmax = { op: 'Softmax', domain: '', name: 'prob', inputs: ['scores'], outputs: ['prob'] };
    const headed: Graph = {
      ...graph,
      outputs: [{ name: 'prob', dtype: 'float32', shape: ['N', 3] }],
      nodes: [...graph.nodes, { ...softmax, attributes: { axis: { type: 'int', value: 1 } } }],
    };
    await writeFile(at('headed.onnx'), writeModel(headed));
    expect((await compile('headed.onnx', '--top', '1', '-o', 'logit.onnx')).stdout).toContain(
      'score of each class: logit `scores`, the input of Softmax `prob`',
    );
    await compile('headed.onnx', '--top', '1', '--score', 'probability', '-o', 'probability.onnx');
    const logits = (await resultsOf('logit.onnx', { input: COLOURS })).scores!.data as Float32Array;
    const probabilities = (await resultsOf('probability.onnx', { input: COLOURS })).scores!
      .data as Float32Array;
    const exp = [...logits].map((z) => Math.exp(z));
    const sum = exp.reduce((a, b) => a + b, 0);
    exp.forEach((value, i) => {
      expect(probabilities[i]).toBeCloseTo(value / sum, 6);
    });
  });

  it('has its weights inside, or in a second file beside it', async () => {
    await compile(SQUEEZENET, '--top', '1', '-o', 'inline.onnx', '--weights', 'inline');
    const { stdout } = await compile(SQUEEZENET, '--top', '1', '-o', 'beside.onnx', '--weights', 'beside');
    expect(stdout).toMatch(/^beside\.onnx, beside\.onnx\.data: 7\.\d MB\n/);
    expect((await stat(at('beside.onnx'))).size).toBeLessThan(300_000);
    const input = await catInput();
    const model = await openModel(at('beside.onnx'), 'onnxruntime-node');
    expect(await model.run({ input })).toEqual(await resultsOf('inline.onnx', { input }));
    const [inside, beside] = await Promise.all(
      ['inline.onnx', 'beside.onnx'].map((name) => readModel(at(name))),
    );
    for (const [name, { data }] of inside!.constants) expect(beside!.constants.get(name)!.data).toEqual(data);
  });

  it('has a copy of a weight that Conv and ConvTranspose share, unless it need not be portable', async () => {
    const stride = {
      strides: { type: 'ints', value: [2, 2] },
      kernel_shape: { type: 'ints', value: [1, 1] },
    } as const;
    const graph = colorNetwork();
    const nodes = graph.nodes.map((node) => (node.op === 'Conv' ? { ...node, attributes: stride } : node));
    await writeFile(at('strided.onnx'), writeModel({ ...graph, nodes }));
    const shared = async (...flags: string[]) => {
      await compile(
        'strided.onnx',
        '--method',
        'backprop',
        '--top',
        '1',
        '-o',
        'p.onnx',
        '--force',
        ...flags,
      );
      const { nodes: made } = await readModel(at('p.onnx'));
      const weightsOf = (op: string) => made.filter((node) => node.op === op).map(({ inputs }) => inputs[1]);
      expect(weightsOf('ConvTranspose')).toHaveLength(1);
      return weightsOf('Conv').includes(weightsOf('ConvTranspose')[0]);
    };
    expect(await shared()).toBe(false);
    const portable = await resultsOf('p.onnx', { input: COLOURS });
    expect(await shared('--no-portable')).toBe(true);
    expect(await resultsOf('p.onnx', { input: COLOURS })).toEqual(portable);
  });

  it('is refused in one line where it cannot be written', async () => {
    await compile('colors.onnx', '--top', '1', '-o', 'there.onnx');
    expect(await refusal('colors.onnx', '--top', '1', '-o', 'there.onnx')).toBe(
      'bench: there.onnx is there already: --force writes over it, --out names another',
    );
    expect(await compile('colors.onnx', '--top', '1', '-o', 'there.onnx', '--force')).toMatchObject({
      status: 0,
    });
    expect(await refusal('colors.onnx', '-o', 'colors.onnx', '--force')).toMatch(
      /colors\.onnx is the network itself/,
    );
    expect(await refusal('colors.onnx', '-o', 'no/x.onnx')).toMatch(/there is no folder no: make it/);
    expect(await refusal('colors.onnx', '-o', 'data')).toMatch(/data is a folder/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
