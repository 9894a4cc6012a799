import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-real-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(config: string, out: string, ...more: string[]) {
  const outcome = await bench(folder, ['run', join(PACKAGE, 'configs', config), '--out', out, ...more]);
  const table = await readFile(join(folder, out, 'table.csv'), 'utf8');
  const [head, ...rows] = parseCsv(table);
  const records = rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
  return { outcome, table, records };
}

describe('the quickstart', () => {
  it('runs all five networks, and says that it is a demonstration', async () => {
    const { outcome, records } = await run('quickstart.yaml', 'quickstart', '--limit', '8');
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('demonstration (not ImageNet)');
    expect(new Set(records.map(({ network }) => network)).size).toBe(5);
    for (const row of records) expect(row).toMatchObject({ n: '8', paper_loc_top1_error: '' });
    expect(records.filter(({ method }) => method === 'center-box')).toHaveLength(5);
  });
});

describe.skipIf(!process.env.BENCH_TEST_DATA)('the sample of ImageNet', () => {
  it('gives the same bytes whatever the batch, and scales the boxes of warped images', async () => {
    const size = ['--limit', '20'];
    const one = await run('imagenet-sample.yaml', 'one', ...size, '--batch', '1');
    const seven = await run('imagenet-sample.yaml', 'seven', ...size, '--batch', '7');
    expect(one.outcome.status).toBe(0);
    expect(seven.table).toBe(one.table);
    const images = (out: string) => readFile(join(folder, out, 'images.csv'), 'utf8');
    expect(await images('seven')).toBe(await images('one'));
    expect(one.outcome.stdout).toContain('boxes of 20 images scaled');
  });

  it('lands where an independent implementation in PyTorch did on the 650 warped images', async () => {
    const networks = ['networks.0.methods=[grad-cam]', 'networks.1.methods=[grad-cam, cam]'];
    const set = networks.flatMap((assignment) => ['--set', assignment]);
    const { records } = await run('imagenet-sample.yaml', 'all', ...set);
    const errors = (network: string, method: string) => {
      const row = records.find((record) => record.network === network && record.method === method)!;
      const names = ['cls_top1_error', 'cls_top5_error', 'loc_top1_error', 'loc_top5_error'];
      return names.map((name) => Number(row[name]));
    };
    const expected: readonly [string, string, number[]][] = [
      ['squeezenet1.1', 'grad-cam', [33.2, 10.9, 55.4, 42.6]],
      ['mobilenet_v1_0.75', 'grad-cam', [22.3, 5.5, 58.3, 49.7]],
      ['mobilenet_v1_0.75', 'cam', [22.3, 5.5, 58.3, 49.7]],
    ];
    for (const [network, method, published] of expected) {
      errors(network, method).forEach((error, i) => {
        expect(Math.abs(error - published[i]!)).toBeLessThan(0.5);
      });
    }
  }, 180_000);
});
