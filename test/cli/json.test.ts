import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, breakImage, imageId, makeWorld } from './world.js';

/* `--json`: standard output holds one document and nothing else; what is said beside it goes to standard error. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function json(...args: readonly string[]) {
  const { status, stdout, stderr } = await bench(folder, [...args, '--json']);
  return { status, stderr, document: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('--json', () => {
  it('run: the rows of table.csv, its files, speed and failures', async () => {
    await breakImage(folder, 8);
    const { status, stderr, document } = await json('run', 'world.yaml', '--out', 'first');
    expect(status).toBe(1);
    expect(stderr).toContain('1 image could not be read');
    expect(Object.keys(document)).toEqual(['name', 'folder', 'files', 'rows', 'networks', 'failures']);
    expect(document).toMatchObject({ name: 'world', folder: 'first' });
    expect(document.failures).toEqual([
      { image: imageId(8), message: expect.stringContaining('not an image') },
    ]);
    expect(document.networks[0]).toMatchObject({ network: 'colors', seconds: { wall: expect.any(Number) } });
    const [head, ...rows] = parseCsv(await readFile(join(folder, 'first', 'table.csv'), 'utf8'));
    expect(document.rows).toHaveLength(rows.length);
    for (const [i, row] of rows.entries()) {
      for (const [j, column] of head!.entries()) {
        const value = document.rows[i][column];
        if (typeof value === 'number') expect(value).toBe(Number(row[j]));
        else expect(value ?? '').toBe(row[j]);
      }
    }
    expect(document.rows[0]).toMatchObject({ method: 'grad-cam', n: 8, loc_top1_error: expect.any(Number) });
    for (const name of document.files) await readFile(join(folder, 'first', name));
    expect(document.files).toEqual(expect.arrayContaining(['table.csv', 'images.csv', 'run.json']));
  });

  it('run of a part: which one, since rows come with the merge', async () => {
    const { document } = await json('run', 'world.yaml', '--out', 'parts', '--shard', '1/3');
    expect(document).toEqual({ name: 'world', out: 'parts', shard: { index: 1, count: 3 } });
  });

  it('list: everything by name', async () => {
    const { status, stderr, document } = await json('list');
    expect([status, stderr]).toEqual([0, '']);
    const keys = ['methods', 'experiments', 'datasets', 'models', 'configurations', 'engines'];
    expect(Object.keys(document)).toEqual(keys);
    expect(document.methods[0]).toEqual({
      name: 'grad-cam',
      summary: expect.any(String),
      reference: expect.stringContaining('Selvaraju'),
    });
    expect(document.engines[0]).toMatchObject({ name: 'onnxruntime', available: true });
    expect(document.models.length).toBeGreaterThan(5);
  });

  it('layers: score, layers, methods, and why others are refused', async () => {
    const { status, document } = await json('layers', 'colors.onnx');
    expect(status).toBe(0);
    expect(document).toMatchObject({ model: 'colors.onnx', score: { kind: 'logit' }, notes: [], card: null });
    expect(document.layers).toContainEqual({
      ...{ name: 'relu1', operator: 'Relu', shape: [3, 16, 16], default: true },
      default_of: expect.any(Array),
    });
    expect(document.methods).toContain('grad-cam');
    const all = [...document.methods, ...document.refused.map(({ method }: { method: string }) => method)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('compare: each measure of each row, with the images that flipped', async () => {
    await bench(folder, ['run', 'world.yaml', '--out', 'second', '--set', 'localization.iou=0.8']);
    const { status, document } = await json('compare', 'first', 'second');
    expect(status).toBe(0);
    const flipped = document.comparisons.filter(({ broke }: { broke: string[] }) => broke.length > 0);
    expect(flipped.length).toBeGreaterThan(0);
    const [one] = flipped;
    expect(Object.keys(one)).toEqual(
      'row measure verdict n before after difference low high p broke mended note'.split(' '),
    );
    expect(one.measure).toMatch(/^loc_top/);
    expect(one.after - one.before).toBeCloseTo(one.difference, 6);
    expect((100 * one.broke.length) / one.n).toBeCloseTo(one.difference, 6);
    expect(one.note).toBeNull();
    const both = await bench(folder, ['compare', 'first', 'second', '--json', '--format', 'csv']);
    expect([both.status, both.stdout]).toEqual([2, '']);
  });

  it('check: passed or not, by images and by rows, with the exit status', async () => {
    const same = await json('check', 'first', '--baseline', 'first');
    expect([same.status, same.document.passed, same.document.by]).toEqual([0, true, 'images']);
    const worse = await json('check', 'second', '--baseline', 'first');
    expect(worse.status).toBe(1);
    expect(worse.document).toMatchObject({ passed: false, by: 'images', tolerance: 0 });
    // The table alone, without the decisions about images beside it.
    await writeFile(join(folder, 'baseline.csv'), await readFile(join(folder, 'first', 'table.csv')));
    const rows = await json('check', 'second', '--baseline', 'baseline.csv', '--tolerance', '0.5');
    expect(rows.status).toBe(1);
    expect(rows.document).toMatchObject({ passed: false, by: 'rows', tolerance: 0.5 });
    const bad = rows.document.rows.filter(({ verdict }: { verdict: string }) => verdict === 'worse');
    expect(bad).toHaveLength(rows.document.not_as_good);
    expect(bad[0].text).toMatch(/loc_top1_error \d/);
  });

  it('says a fault on standard error, and nothing on standard output', async () => {
    const faults = [
      ['run', 'none.yaml'],
      ['layers', 'none.onnx'],
      ['compare', 'none', 'first'],
      ['check', 'none', '--baseline', 'first'],
    ];
    const outcomes = await Promise.all(faults.map((args) => json(...args)));
    for (const { status, stderr, document } of outcomes) {
      expect([status, document]).toEqual([1, undefined]);
      expect(stderr).toMatch(/^bench: /);
    }
  });
});
