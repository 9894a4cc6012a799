import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, breakImage, makeWorld, type Outcome } from './world.js';

let folder: string;
let first: Outcome;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-run-'));
  await makeWorld(folder);
  first = await bench(folder, ['run', 'world.yaml', '--overlays', '1']);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');

async function records(...path: string[]): Promise<Record<string, string>[]> {
  const [head, ...rows] = parseCsv(await read(...path));
  return rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
}

describe('bench run', () => {
  it('leaves nothing outside its results: no cache, no logs of a runtime that measures its users', async () => {
    const home = await mkdtemp(join(folder, 'home-'));
    // Empty counts as unset here, as it does for onnxruntime.
    const env = { HOME: home, XDG_CACHE_HOME: '', TMPDIR: home, ORT_DISABLE_TELEMETRY: '' };
    const { status } = await bench(folder, ['run', 'world.yaml', '--out', join(folder, 'out', 'home')], env);
    expect(status).toBe(0);
    expect(await readdir(home)).toEqual([]);
  });

  it('keeps compiled graphs where a cache was asked for, and gives the same table from them', async () => {
    const cache = await mkdtemp(join(folder, 'cache-'));
    const table = async (out: string, env: Record<string, string>) => {
      const { status } = await bench(folder, ['run', 'world.yaml', '--out', join(folder, 'out', out)], env);
      expect(status).toBe(0);
      return read('out', out, 'table.csv');
    };
    const without = await table('no-cache', { BENCH_CACHE: cache, BENCH_COMPILED_MB: '0' });
    expect(await readdir(cache)).toEqual([]);
    expect(await table('first', { BENCH_CACHE: cache })).toBe(without);
    const names = await readdir(join(cache, 'compiled'));
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await table('second', { BENCH_CACHE: cache })).toBe(without);
    expect(await readdir(join(cache, 'compiled'))).toEqual(names);
  });

  it('prints the table and says what the data are', () => {
    expect(first.stderr).not.toContain('bench:');
    expect(first.status).toBe(0);
    expect(first.stdout).toContain('world: demonstration (not ImageNet)');
    expect(first.stdout).toContain('these are other data');
    expect(first.stdout).toMatch(/colors {3}center-box +center 0\.7 +9 /);
    expect(first.stdout).toMatch(/% of it outside the network/);
    expect(first.stderr).toContain('colors: 9/9 images');
    expect(first.stderr).toMatch(
      /^engine: (onnxruntime-node [\d.]+ \(cpu\); not tfjs on node-gpu: .|@tensorflow)/,
    );
  });

  it('writes a row per method and the centre box', async () => {
    const rows = await records('out', 'world', 'table.csv');
    expect(rows.map(({ method, layer, n, n_loc }) => [method, layer, n, n_loc])).toEqual([
      ['grad-cam', 'relu1', '9', '9'],
      ['cam', 'relu1', '9', '9'],
      ['backprop', 'input', '9', '9'],
      ['center-box', '', '9', '9'],
    ]);
    expect(rows[0]).toMatchObject({
      network: 'colors',
      cls_top1_error: '0.0000',
      loc_top1_error: '0.0000',
      data: 'demonstration (not ImageNet)',
      paper_loc_top1_error: '60.09',
      difference_loc_top1_error: '',
    });
    // The gradient of an average is the same everywhere: its box is the whole image, larger than every object.
    expect(Number(rows[2]!.loc_top1_error)).toBeGreaterThan(50);
    expect(rows[3]!.box_rule).toBe('center 0.7');
  });

  it('writes a line per image and method, in the order of the data', async () => {
    const rows = await records('out', 'world', 'images.csv');
    expect(rows).toHaveLength(9 * 4);
    expect(rows[4]).toMatchObject({
      method: 'grad-cam',
      image: 'ILSVRC2012_val_00000002',
      labels: 'n90000002',
      cls_top1_error: '0',
      loc_top1_error: '0',
    });
    expect(rows[4]!.predictions!.split('|')[0]).toBe('n90000002');
    expect(rows[4]!.prediction_names!.split('|')[0]).toBe('green square');
    // The error of the table is the mean of the lines.
    const table = await records('out', 'world', 'table.csv');
    const mean = rows
      .filter(({ method }) => method === 'center-box')
      .reduce((sum, row, _, { length }) => sum + (100 * Number(row.loc_top1_error)) / length, 0);
    expect(Number(table[3]!.loc_top1_error)).toBeCloseTo(mean, 3);
  });

  it('writes the pairs, and CAM like Grad-CAM', async () => {
    const pairs = await records('out', 'world', 'pairs.csv');
    expect(pairs).toHaveLength(6 * 2);
    expect(pairs[0]).toMatchObject({ method_a: 'grad-cam', method_b: 'cam', difference: '0.0000' });
  });

  it('writes what the run was in run.json', async () => {
    const run = JSON.parse(await read('out', 'world', 'run.json'));
    expect(run.config).toMatchObject({ name: 'world', batch: 4, bootstrap: { replicates: 1000, seed: 1 } });
    expect(run.versions).toMatchObject({ node: process.versions.node });
    expect(run.data).toMatchObject({ provenance: 'demonstration', images: 9 });
    expect(run.data.sha256_of_list).toMatch(/^[0-9a-f]{64}$/);
    expect(run.networks[0].model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(run.networks[0].outputs[0]).toEqual({ method: 'grad-cam', layer: 'relu1', height: 16, width: 16 });
    const [times] = JSON.parse(await read('out', 'world', 'times.json'));
    expect(times.seconds.wall).toBeGreaterThan(0);
    expect(run.failed_images).toBe(0);
  });

  it('writes a figure for each of the first images', async () => {
    const files = await readdir(join(folder, 'out', 'world', 'overlays', 'colors'));
    expect(files).toContain('contact-sheet.png');
    expect(files).toContain('ILSVRC2012_val_00000001.png');
    expect(files).toHaveLength(1 + 1);
  });

  it('writes the same bytes with another batch size, and leaves no other file', async () => {
    expect((await bench(folder, ['run', 'world.yaml', '--out', 'again', '--batch', '1'])).status).toBe(0);
    for (const file of ['table.csv', 'images.csv', 'pairs.csv']) {
      expect(await read('again', file)).toBe(await read('out', 'world', file));
    }
    expect((await readdir(join(folder, 'again'))).sort()).toEqual(
      ['images.csv', 'journal.jsonl', 'pairs.csv', 'run.json', 'table.csv', 'times.json'].sort(),
    );
  });

  it('takes --limit and --set', async () => {
    const args = ['run', 'world.yaml', '--out', 'part', '--limit', '5', '--set', 'methods.0=cam'];
    const { stderr } = await bench(folder, args);
    expect(stderr).toContain('network `colors`: the method cam is listed twice');
    const ok = await bench(folder, [...args, '--set', 'methods=[cam]']);
    expect(ok.status).toBe(0);
    expect(ok.stdout).toContain('first 5 images');
    const rows = await records('part', 'images.csv');
    expect(rows).toHaveLength(5 * 2);
  });
});

describe('a run with a broken image', () => {
  beforeAll(() => breakImage(folder, 4));

  it('goes on, lists it, counts it nowhere and exits with 1', async () => {
    const { status, stderr } = await bench(folder, ['run', 'world.yaml', '--out', 'broken']);
    expect(status).toBe(1);
    expect(stderr).toContain('bench: 1 image could not be read and count nowhere:');
    expect(stderr).toMatch(/bench: {3}ILSVRC2012_val_00000005: .*not an image/);
    expect((await records('broken', 'table.csv'))[0]!.n).toBe('8');
    const run = JSON.parse(await read('broken', 'run.json'));
    expect(run.failed_images).toBe(1);
    expect(run.networks[0].failures[0].id).toBe('ILSVRC2012_val_00000005');
  });

  it('exits with 0 when that is allowed', async () => {
    const { status } = await bench(folder, ['run', 'world.yaml', '--out', 'allowed', '--allow-failures']);
    expect(status).toBe(0);
  });
});

describe('what cannot run', () => {
  const cases: readonly [string, string[], number, RegExp][] = [
    ['no configuration', ['run', 'none.yaml'], 1, /^bench: none\.yaml: no such configuration; .*\n$/],
    [
      'no model',
      ['run', 'world.yaml', '--set', 'model.onnx=x.onnx'],
      1,
      /^bench: network `x`: there is no file .*x\.onnx\n$/,
    ],
    [
      'no method',
      ['run', 'world.yaml', '--set', 'methods=[gradcam]'],
      1,
      /^bench: network `colors`: unknown method `gradcam`; did you mean `grad-cam`\?\n$/,
    ],
    [
      'no data',
      ['run', 'world.yaml', '--set', 'dataset.root=x'],
      1,
      /^bench: dataset\.root: there is no folder .*x\n$/,
    ],
    [
      'no paper row',
      ['run', 'world.yaml', '--set', 'model.paper=GoogleNet'],
      1,
      /^bench: network `colors`: the paper's table has no network `GoogleNet`; did you mean `GoogLeNet`\?\n$/,
    ],
    [
      'a background class',
      ['run', 'world.yaml', '--out', 'new', '--set', 'model.background=true'],
      1,
      /^bench: network `colors` has 3 classes, the data set 3; remove model\.background.*\n$/,
    ],
    [
      'no such layer',
      ['run', 'world.yaml', '--out', 'new', '--set', 'model.layer=relu9'],
      1,
      /^bench: .*no layer `relu9`.*\n$/,
    ],
    [
      'a folder that is a file',
      ['run', 'world.yaml', '--out', 'world.yaml'],
      1,
      /^bench: world\.yaml: the folder of the results cannot be made .*\n$/,
    ],
    [
      'a bad option',
      ['run', 'world.yaml', '--limit', '0'],
      2,
      /^bench: --limit: expected a whole number of at least 1, got 0 .*\n$/,
    ],
    [
      'an unknown option',
      ['run', 'world.yaml', '--limmit', '3'],
      2,
      /^bench: Unknown argument: limmit .*\n$/,
    ],
    ['no command', [], 2, /^bench: a command is missing .*\n$/],
  ];
  it.each(cases)('%s: one line', async (_name, args, status, message) => {
    const outcome = await bench(folder, args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
    expect(outcome.stdout).toBe('');
    expect(await readdir(folder)).not.toContain('new');
  });
});
