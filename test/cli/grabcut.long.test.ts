import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, makeWorld } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-grabcut-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true }));

it('draws the backprop row’s boxes by GrabCut, the same bytes whatever the batch', async () => {
  const methods = 'methods=[{ name: input-x-gradient, box: { rule: grabcut } }]';
  const run = (out: string, batch: string) =>
    bench(folder, ['run', 'world.yaml', '--set', methods, '--out', out, '--batch', batch]);
  const runs = await Promise.all([run('one', '1'), run('four', '4')]);
  expect(runs.map(({ status }) => status)).toEqual([0, 0]);
  const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');
  expect(await read('four', 'images.csv')).toBe(await read('one', 'images.csv'));
  const [head, row] = parseCsv(await read('one', 'table.csv'));
  const cell = (name: string) => row![head!.indexOf(name)];
  expect(cell('box_rule')).toMatch(/^grabcut at 128, /);
  // The squares differ from their ground in nothing but colour: what is segmented is them.
  expect(cell('loc_top1_error')).toBe('0.0000');
});
