import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/cards/presets.js';
import { caffemodel, prototxt } from '../caffe/caffe-files.js';
import { vgg } from '../caffe/nets.js';
import { send, serve, sha256 } from '../fetch/loopback.js';
import { bench, imagePath, makeWorld, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cards-'));
  await makeWorld(folder);
  await copyFile(join(folder, 'colors.onnx'), join(folder, 'bare.onnx'));
  await copyFile(join(folder, 'colors.onnx'), join(folder, 'carded.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));

const explain = (model: string, ...flags: string[]) =>
  bench(folder, ['explain', imagePath(folder, 1), '--model', model, '--out', 'ex', ...flags]);
const inputLine = (stdout: string) => stdout.split('\n').find((line) => line.startsWith('input: '));
const REFUSAL = `nothing says how it wants its pixels: name a preset (${PRESETS.join(', ')}) with --preset`;

describe('a network that says nothing about its pixels', () => {
  it('is refused by explain and run in one line that lists the presets', async () => {
    const explained = await explain('bare.onnx');
    expect(explained.stderr.startsWith(`bench: bare.onnx: ${REFUSAL}`)).toBe(true);
    expect(explained.stderr.trim().split('\n')).toHaveLength(1);
    expect(explained.status).toBe(1);

    const world = await readFile(join(folder, 'world.yaml'), 'utf8');
    const silent = world.replace(/ {2}input: .*\n/, '').replace('colors.onnx', 'bare.onnx');
    await writeFile(join(folder, 'silent.yaml'), silent);
    const run = await bench(folder, ['run', 'silent.yaml', '--out', 'silent']);
    expect(run.stderr.startsWith(`bench: silent.yaml: bare.onnx: ${REFUSAL}`)).toBe(true);
    expect(run.status).toBe(1);
    // What the command line says is enough for explain.
    const config = ['--config', 'silent.yaml', '--out', 'ex'];
    const said = await bench(folder, ['explain', imagePath(folder, 1), ...config, '--preset', 'zero-one']);
    expect(said.status).toBe(0);
    expect(inputLine(said.stdout)).toContain('preset zero-one');
    const unsaid = await bench(folder, ['explain', imagePath(folder, 1), ...config]);
    expect(unsaid.stderr).toContain(REFUSAL);
  });

  it('is no matter to layers and list', async () => {
    expect((await bench(folder, ['layers', 'bare.onnx'])).status).toBe(0);
    expect((await bench(folder, ['list'])).status).toBe(0);
  });

  it('takes a preset, whose line says where it is from, and a flag over it', async () => {
    const preset = await explain('bare.onnx', '--preset', 'keras-tf');
    expect(inputLine(preset.stdout)).toBe(
      'input: 16×16, the whole picture warped, RGB, pixels × 1/127.5 minus 1 (size: the model; resize, color, scale, mean, std: preset keras-tf)',
    );
    const mixed = await explain('bare.onnx', '--preset', 'keras-tf', '--mean', '0.5');
    expect(inputLine(mixed.stdout)).toContain(
      'minus 0.5 (size: the model; resize, color, scale, std: preset',
    );
    expect(inputLine(mixed.stdout)).toContain('mean: flags)');
    const raw = await explain('bare.onnx', '--size', '16');
    expect(inputLine(raw.stdout)).toContain(
      'pixels 0…255 (size: flags; resize, color, scale, mean, std: default)',
    );
    expect(raw.stderr).toMatch(/^note: pixels go in as 0…255, because neither/m);
    const stated = await explain('bare.onnx', '--preset', 'raw');
    expect(inputLine(stated.stdout)).toContain('pixels 0…255');
    expect(stated.stderr).not.toContain('note: pixels');
    expect(mixed.stderr).not.toContain('note: pixels');
  });

  it('has a mistyped preset named by the nearest, in flags and in YAML', async () => {
    expect((await explain('bare.onnx', '--preset', 'torchvison')).stderr).toMatch(
      /^bench: --preset: expected .*, got torchvison \(did you mean torchvision\?\)/,
    );
    const { stderr } = await bench(folder, ['run', 'world.yaml', '--set', 'model.preset=kears-tf']);
    expect(stderr).toMatch(/^bench: world\.yaml: model\.preset: .*did you mean `keras-tf`\?\n$/);
  });
});

describe('bench card', () => {
  const card = (...words: string[]) => bench(folder, ['card', ...words]);
  const cardOf = async (model: string) =>
    JSON.parse(await readFile(join(folder, `${model}.card.json`), 'utf8'));

  it('writes what explain, run and layers then read, each key under flags and YAML', async () => {
    const flags = ['--preset', 'zero-one', '--labels', 'data/LOC_synset_mapping.txt', '--layer', 'conv1'];
    const written = await card('carded.onnx', ...flags, '--licence', 'MIT');
    expect(written.stderr).toBe('');
    expect(written.stdout).toMatch(/^written: carded\.card\.json\ninput: 16×16, .* pixels × 1\/255 \(/);
    expect(await cardOf('carded')).toEqual({
      input: { size: [16, 16], resize: 'warp', color: 'rgb', scale: '1/255', mean: 0, std: 1 },
      classes: 'data/LOC_synset_mapping.txt',
      layer: 'conv1',
      licence: 'MIT',
    });

    const explained = await explain('carded.onnx');
    expect(explained.stdout).toMatch(/: grad-cam at conv1: green square, /);
    expect(inputLine(explained.stdout)).toMatch(/\(card carded\.card\.json\)$/);
    const over = await explain('carded.onnx', '--layer', 'relu1', '--mean', '0.1');
    expect(over.stdout).toMatch(/: grad-cam at relu1: green square, /);
    expect(inputLine(over.stdout)).toMatch(/std: card carded\.card\.json; mean: flags\)$/);

    const layers = await bench(folder, ['layers', 'carded.onnx']);
    expect(layers.stdout).toContain('layer: conv1 (card carded.card.json)\n');
    expect(layers.stdout).toContain('pixels × 1/255 (card carded.card.json)\n');

    const world = await readFile(join(folder, 'world.yaml'), 'utf8');
    const bare = world.replace(/ {2}input: .*\n/, '').replace('colors.onnx', 'carded.onnx');
    await writeFile(join(folder, 'carded.yaml'), bare);
    const run = await bench(folder, ['run', 'carded.yaml', '--out', 'carded']);
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/network `carded`: input 16×16, .*carded\.card\.json\)\n/);
    const record = JSON.parse(await readFile(join(folder, 'carded', 'run.json'), 'utf8'));
    expect(record.config.networks[0].model).toMatchObject({
      layer: 'conv1',
      input: { scale: 1 / 255, size: { height: 16, width: 16 } },
    });
    const set = ['--set', 'model.layer=relu1', '--set', 'model.input.mean=0.25'];
    const changed = await bench(folder, ['run', 'carded.yaml', '--out', 'changed', ...set]);
    expect(changed.stderr).toMatch(/network `carded`: input .*; mean: the configuration\)\n/);
    const model = JSON.parse(await readFile(join(folder, 'changed', 'run.json'), 'utf8')).config.networks[0]
      .model;
    expect(model).toMatchObject({ layer: 'relu1', input: { scale: 1 / 255, mean: [0.25, 0.25, 0.25] } });
  });

  it('prints the card that there is, and writes over it only when told to, key by key', async () => {
    await copyFile(join(folder, 'colors.onnx'), join(folder, 'twice.onnx'));
    await card('twice.onnx', '--preset', 'zero-one', '--source', 'here');
    const shown = await card('twice.onnx');
    expect(JSON.parse(shown.stdout.slice(0, shown.stdout.indexOf('\ninput: ')))).toEqual(
      await cardOf('twice'),
    );
    const again = await card('twice.onnx', '--mean', '0.5');
    expect(again.stderr).toBe(
      'bench: twice.card.json is there already: --force writes it anew, its other keys stay\n',
    );
    expect(again.status).toBe(1);
    expect((await card('twice.onnx', '--mean', '0.5', '--force')).status).toBe(0);
    expect(await cardOf('twice')).toMatchObject({ source: 'here', input: { scale: '1/255', mean: 0.5 } });
  });

  it.each([
    [['nowhere.onnx', '--preset', 'raw'], /^bench: nowhere\.onnx: there is no such file\n$/],
    [['bare.onnx'], /^bench: bare\.onnx: nothing says how it wants its pixels: /],
    [['bare.onnx', '--preset', 'timm'], /^bench: preset timm: .*put timm's config\.json there\n$/],
    [
      ['bare.onnx', '--preset', 'raw', '--labels', 'no.txt'],
      /^bench: no\.txt: no such file of class names\n$/,
    ],
    [['bare.onnx', '--mean', 'x'], /^bench: --mean: expected /],
  ])('refuses %j in one line', async (words, message) => {
    const { status, stderr } = await card(...words);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  it('with a wrong key is refused by each command that reads it, with the nearest key', async () => {
    await copyFile(join(folder, 'colors.onnx'), join(folder, 'wrong.onnx'));
    await writeFile(join(folder, 'wrong.card.json'), '{"input": {"skale": "1/255"}}');
    const message = 'wrong.card.json: input: unknown key `skale`; did you mean `scale`?\n';
    expect((await explain('wrong.onnx')).stderr).toBe(`bench: ${message}`);
    expect((await bench(folder, ['layers', 'wrong.onnx'])).stderr).toBe(`bench: ${message}`);
  });
});

describe('cards that other commands write', () => {
  it('bench convert: with the preset that Caffe’s networks mostly have, or another', async () => {
    await writeFile(join(folder, 'vgg.prototxt'), prototxt(vgg, 'v1'));
    await writeFile(join(folder, 'vgg.caffemodel'), caffemodel(vgg, 'v1'));
    const convert = (...more: string[]) =>
      bench(folder, ['convert', 'vgg.prototxt', 'vgg.caffemodel', 'vgg.onnx', ...more]);
    const cardOf = async () => JSON.parse(await readFile(join(folder, 'vgg.card.json'), 'utf8'));
    const { stdout } = await convert();
    expect(stdout).toMatch(/vgg\.card\.json says preset caffe-bgr; check it against a known error/);
    expect(await cardOf()).toEqual({
      input: { size: [16, 16], resize: 'warp', color: 'bgr', scale: 1, mean: [104, 117, 123], std: 1 },
      source: 'converted from vgg.caffemodel',
    });
    expect((await explain('vgg.onnx')).stdout).toMatch(
      /input: 16×16, .*, BGR, pixels 0…255 minus 104 117 123/,
    );
    await convert('--preset', 'zero-one');
    expect(await cardOf()).toMatchObject({ input: { color: 'rgb', scale: '1/255' } });
  });

  it('bench fetch: from the list of published models, which explain then takes by its name', async () => {
    const content = await readFile(join(folder, 'colors.onnx'));
    const server = await serve((request, response) => send(request, response, { content }));
    try {
      const published = {
        ...{ title: 'a test', repository: 'some/models', commit: 'a'.repeat(40), path: 'tiny.onnx' },
        ...{ sha256: sha256(content), bytes: content.length, classes: 'sorted-wnid', layout: 'nchw' },
        ...{ input: { size: 16, scale: '1/255' }, licence: 'MIT' },
      };
      const repositories = { 'some/models': ['https://published.example/{repository}/{commit}/{path}'] };
      await writeFile(
        join(folder, 'list.json'),
        JSON.stringify({ repositories, models: { tiny: published } }),
      );
      const env = {
        BENCH_MANIFEST: join(folder, 'list.json'),
        BENCH_CACHE: join(folder, 'cache'),
        BENCH_MIRROR: server.base,
        ...{ HTTP_PROXY: '', http_proxy: '' },
      };
      const args = ['explain', imagePath(folder, 1), '--labels', 'data/LOC_synset_mapping.txt', '--model'];
      const before = await bench(folder, [...args, 'tiny'], env);
      expect(before.stderr).toMatch(/the model `tiny` .* is not in the cache: run `bench fetch tiny`\n$/);
      const { stdout } = await bench(folder, ['fetch', 'tiny'], env);
      const path = stdout.trim().replace('tiny: ', '');
      const card = JSON.parse(await readFile(path.replace('.onnx', '.card.json'), 'utf8'));
      expect(card).toMatchObject({ licence: 'MIT', classes: 'imagenet', input: { size: [16, 16] } });
      const named = await bench(folder, [...args, 'tiny'], env);
      expect(named.stdout).toMatch(/: green square 0\.\d\d, /);
      expect(inputLine(named.stdout)).toMatch(/\(card of tiny\)$/);
      const byPath = await bench(folder, [...args, path], env);
      expect(byPath.stdout.split('\n').slice(0, 3)).toEqual(named.stdout.split('\n').slice(0, 3));
    } finally {
      await server.close();
    }
  });

  it('the quickstart’s networks have theirs', async () => {
    const { stdout, status } = await explain(join(PACKAGE, 'models', 'quickstart', 'alexnet.onnx'));
    expect(status).toBe(0);
    expect(inputLine(stdout)).toMatch(
      /^input: 224×224, .* minus 0\.5 over 0\.25 \(card .*alexnet\.card\.json\)$/,
    );
  });
});
