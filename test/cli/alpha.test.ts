import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, makeWorld, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-alpha-'));
  await makeWorld(folder);
  const world = await readFile(join(folder, 'world.yaml'), 'utf8');
  const methods = 'methods: [cam, { name: cam, box: { rule: mean, alpha: search } }]';
  const localization = 'localization: { top: [1], alphas: found/alphas.json }';
  const text = world.replace(/^methods: .*$/m, methods).replace(/^localization: .*$/m, localization);
  await writeFile(join(folder, 'search.yaml'), text);
  await writeFile(
    join(folder, 'held-out.txt'),
    [2, 3, 7].map((n) => `ILSVRC2012_val_0000000${n}\n`).join(''),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');

describe('bench alpha', () => {
  it('is asked for in one line as long as α was not searched', async () => {
    const { status, stderr } = await bench(folder, ['run', 'search.yaml']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bench: localization.alphas: there is no file .*alphas.json; `bench alpha .*\n$/);
  });

  it('searches on the held-out images, which the run leaves out; the table says so', async () => {
    const search = await bench(folder, ['alpha', 'search.yaml', '--images', 'held-out.txt']);
    expect(search.stderr).not.toMatch(/^bench:/m);
    expect(search.status).toBe(0);
    const file = JSON.parse(await read('found', 'alphas.json'));
    expect(file.images).toHaveLength(3);
    const [{ alpha, n, wrong }] = file.found;
    expect(n).toBe(3);
    // The maps are the objects' own squares on near-black ground: everything above the mean is the object.
    expect(wrong[file.tried.indexOf(alpha)]).toBe(0);

    const { status } = await bench(folder, ['run', 'search.yaml']);
    expect(status).toBe(0);
    const [head, threshold, mean] = parseCsv(await read('out', 'search', 'table.csv'));
    const cell = (row: string[] | undefined, name: string) => row![head!.indexOf(name)];
    expect(cell(threshold, 'n')).toBe('6');
    expect(cell(mean, 'box_rule')).toBe(
      `>${alpha} of mean (found on 3 held-out images), one box, bilinear to image`,
    );
    expect(cell(mean, 'data')).toBe('demonstration (not ImageNet), without 3 held-out images');
    const images = parseCsv(await read('out', 'search', 'images.csv'));
    expect(images.map((row) => row[3]).filter((id) => /[237]$/.test(id!))).toEqual([]);
  });

  it('explains the classes that stand for those of the data set, and leaves out what has none', async () => {
    const mapping = {
      ...{ title: 'without red', source: 'none', network_classes: 'colors.txt' },
      classes: { n90000002: ['green'], n90000003: ['blue'] },
    };
    await writeFile(join(folder, 'mapping.json'), JSON.stringify(mapping));
    await writeFile(join(folder, 'colors.txt'), 'red\ngreen\nblue\n');
    const set = ['--set', 'model.mapping=mapping.json', '--set', 'localization.alphas=mapped.json'];
    const { status, stderr } = await bench(folder, [
      ...['alpha', 'search.yaml', '--images', 'held-out.txt', ...set],
    ]);
    expect(stderr).not.toMatch(/^bench:/m);
    expect(status).toBe(0);
    const [{ alpha, n, wrong }] = JSON.parse(await read('mapped.json')).found;
    const { tried } = JSON.parse(await read('mapped.json'));
    expect(n).toBe(2);
    expect(wrong[tried.indexOf(alpha)]).toBe(0);
  });

  it('takes several classes of the network for one, and of them the best on each image', async () => {
    const mapping = {
      ...{ title: 'two colours in one', source: 'none', network_classes: 'colors.txt' },
      classes: { n90000001: ['red', 'blue'], n90000002: ['green'] },
    };
    await writeFile(join(folder, 'joined.json'), JSON.stringify(mapping));
    const set = ['--set', 'model.mapping=joined.json', '--set', 'localization.alphas=joined-alphas.json'];
    const { status, stderr } = await bench(folder, [
      ...['alpha', 'search.yaml', '--images', 'held-out.txt', '--set', 'dataset.limit=1', ...set],
    ]);
    expect(status).toBe(0);
    expect(stderr).toContain("dataset.limit is bench run's: α is searched on all 3 held-out images");
    const { found, tried } = JSON.parse(await read('joined-alphas.json'));
    // The class of the blue images stands for none of the network's.
    expect(found[0].n).toBe(2);
    expect(found[0].wrong[tried.indexOf(found[0].alpha)]).toBe(0);
  });

  it.each([
    [
      'a box rule without α',
      ['methods=[{ name: cam, box: { rule: contours, alpha: search } }]'],
      /^bench: [^\n]*network `colors`: cam: box\.alpha belongs to rule mean; the rule is contours\n$/,
    ],
    ['keys of no experiment', ['experiment={ name: pointing, margin: 3 }'], /^bench: experiment[^\n]*\n$/],
  ])('refuses %s in one line', async (_, set, message) => {
    const args = set.flatMap((assignment) => ['--set', assignment]);
    const { status, stderr } = await bench(folder, [
      ...['alpha', 'search.yaml', '--images', 'held-out.txt', ...args],
    ]);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('stops at the end of its batch when it is told to, and writes nothing', async () => {
    const method = '{ name: rise, box: { rule: mean, alpha: search } }';
    const sets = ['batch=1', `methods=[${method}]`, 'localization.alphas=stopped.json'];
    const args = [
      'alpha',
      'search.yaml',
      '--images',
      'held-out.txt',
      ...sets.flatMap((set) => ['--set', set]),
    ];
    const child = spawn(process.execPath, [join(PACKAGE, 'dist/cli/main.js'), ...args], { cwd: folder });
    let said = '';
    let signalled = false;
    child.stderr.on('data', (text) => {
      said += text;
      // A second signal would end it at once.
      if (!signalled && said.includes('colors: 3 images')) signalled = child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(said).toContain('bench: stopped: no α was written; the same command starts over\n');
    expect(code).toBe(130);
    await expect(read('stopped.json')).rejects.toThrow('ENOENT');
  });

  it('shards agree with the whole run', async () => {
    const shard = (part: string) => bench(folder, ['run', 'search.yaml', '--out', 'shards', '--shard', part]);
    const runs = await Promise.all([shard('1/2'), shard('2/2')]);
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    const parts = ['shards/shard-1-of-2', 'shards/shard-2-of-2'];
    expect((await bench(folder, ['merge', ...parts, '--out', 'merged'])).status).toBe(0);
    expect(await read('merged', 'table.csv')).toBe(await read('out', 'search', 'table.csv'));
  });

  it('refuses what was found with other settings', async () => {
    const { status, stderr } = await bench(folder, [
      ...['run', 'search.yaml', '--out', 'other', '--set', 'localization.iou=0.3'],
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /found with other localization settings \(iou 0.5, upsampling bilinear, frame image\)/,
    );
  });

  it.each([
    ['score', 'probability', 'logit'],
    ['output', 'scores', 'unset'],
    ['layer', 'conv1', 'unset'],
  ])('refuses what was found with another model.%s', async (key, now, then) => {
    const set = `model.${key}=${now}`;
    const { status, stderr } = await bench(folder, ['run', 'search.yaml', '--out', 'other', '--set', set]);
    expect(status).toBe(1);
    expect(stderr).toContain(`α was found with model.${key} ${then}, it is ${now}; \`bench alpha`);
  });
});
