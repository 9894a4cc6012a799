import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, imageId, imagePath, makeWorld } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-misplaced-'));
  await makeWorld(folder);
  await mkdir(join(folder, 'folder', 'journal.jsonl'), { recursive: true });
  await writeFile(join(folder, 'file'), 'a file');
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await writeFile(join(folder, 'held-out.txt'), `${imageId(0)}\n`);
  await bench(folder, ['run', 'world.yaml', '--out', 'results']);
  await bench(folder, ['merge', 'results', '--out', 'merged']);
});
afterAll(() => rm(folder, { recursive: true }));

const SEARCH = ['--set', 'methods=[{name: backprop, box: {rule: mean, alpha: search}}]'];

/** A folder where a file is expected, a file for a folder, a name for a file: the command, and what it answers. */
const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a folder for the configuration', ['run', 'folder'], /^bench: folder: a folder, not a configuration$/],
  [
    'a folder for a model',
    ['run', 'world.yaml', '--set', 'model.onnx=folder'],
    /^bench: network `[^`]*`: .*folder is a folder, not a file$/,
  ],
  [
    'a word for a model that is nearly the name of a published one',
    ['run', 'world.yaml', '--set', 'model.onnx=vgg61'],
    /^bench: `vgg61` is neither a file nor a published model \(did you mean "vgg16"\?\); `bench fetch --list` shows those$/,
  ],
  [
    'the same of bench layers',
    ['layers', 'vgg61'],
    /^bench: `vgg61` is neither a file nor a published model \(did you mean "vgg16"\?\)/,
  ],
  [
    'a folder for the journal',
    ['run', 'world.yaml', '--out', 'folder'],
    /^bench: folder\/journal\.jsonl: the journal cannot be read \(EISDIR.*\)$/,
  ],
  [
    'a file for a shard',
    ['merge', 'file', '--out', 'joined'],
    /^bench: file: no journal\.jsonl of a run there; bench run CONFIG --shard I\/N writes it$/,
  ],
  [
    'a merge into merged results: there is no --fresh to advise',
    ['merge', 'results', '--out', 'merged'],
    /^bench: merged\/table\.csv: results without a journal are not written over; choose another --out$/,
  ],
  [
    'a folder for what is searched, before the search',
    ['alpha', 'world.yaml', '--images', 'held-out.txt', '--set', 'localization.alphas=folder', ...SEARCH],
    /^bench: .*folder: a folder of that name is in the way; mend that, and give the same command again$/,
  ],
  [
    'a device for the configuration',
    ['run', '/dev/zero'],
    /^bench: \/dev\/zero: a device, not a configuration$/,
  ],
  [
    'a device for a model',
    ['run', 'world.yaml', '--out', 'x', '--set', 'model.onnx=/dev/zero'],
    /^bench: network `zero`: \/dev\/zero is no regular file; a pipe or a device cannot be read twice$/,
  ],
  [
    'a pipe for a model',
    ['run', 'world.yaml', '--out', 'x', '--set', 'model.onnx=pipe'],
    /^bench: network `[^`]*`: .*pipe is no regular file; a pipe or a device cannot be read twice$/,
  ],
  [
    'a pipe for a mapping of classes',
    ['run', 'world.yaml', '--out', 'x', '--set', 'model.mapping=pipe'],
    /^bench: network `[^`]*`: .*pipe is no regular file; a pipe or a device cannot be read twice$/,
  ],
  [
    'a pipe for a model of bench explain',
    ['explain', imagePath('.', 0), '--model', './pipe', '--method', 'cam'],
    /^bench: \.\/pipe: cannot read the model: it is no regular file; name an ONNX file$/,
  ],
  ['a pipe for a prototxt', ['convert', 'pipe', 'file', 'out.onnx'], /^bench: pipe: not a regular file$/],
  [
    'a device for weights',
    ['convert', 'file', '/dev/zero', 'out.onnx'],
    /^bench: \/dev\/zero: not a regular file$/,
  ],
  [
    'a device for class names',
    ['explain', imagePath('.', 0), '--model', 'colors.onnx', '--method', 'cam', '--labels', '/dev/zero'],
    /^bench: \/dev\/zero: a device, not a file of class names$/,
  ],
  [
    'a device for results',
    ['compare', 'results', '/dev/zero'],
    /^bench: \/dev\/zero: a device, not results of bench run$/,
  ],
  [
    'a device for the α found',
    ['run', 'world.yaml', '--out', 'x', '--set', 'localization.alphas=/dev/zero', ...SEARCH],
    /^bench: localization\.alphas: \/dev\/zero: a device, not a file of `bench alpha`; `bench alpha .* finds it$/,
  ],
];

describe('what is not where it should be', () => {
  it.each(cases)('%s is one line', async (_, args, answer) => {
    const { status, stderr } = await bench(folder, args);
    expect(stderr.trimEnd()).toMatch(answer);
    expect(status).toBe(1);
  });

  it('a folder in the place of a picture is one line', async () => {
    const at = 'explained/ILSVRC2012_val_00000001.png';
    await mkdir(join(folder, at), { recursive: true });
    const args = ['explain', imagePath(folder, 0), '--config', 'world.yaml', '--method', 'grad-cam'];
    const { status, stderr } = await bench(folder, [...args, '--out', 'explained']);
    expect(stderr).toMatch(`bench: ${at}: a folder of that name is in the way; mend that`);
    expect(stderr).not.toMatch('defect');
    expect(status).toBe(1);
  });
});
