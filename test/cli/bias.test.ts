import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, PACKAGE } from './world.js';

/* The shipped experiment on two of its pairs and a few of its scenes, whose files share their frozen weights. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-bias-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NETWORKS = ['biased-90-1', 'biased-90-2', 'balanced-1', 'balanced-2'];
const models = NETWORKS.map(
  (name) => `{ model: { onnx: ${join(PACKAGE, 'models', 'bias', `${name}.onnx`)} } }`,
);
const run = (pairs: string) =>
  bench(folder, [
    ...['run', join(PACKAGE, 'configs', 'experiments', 'bias.yaml'), '--out', join(folder, 'out')],
    ...[
      '--set',
      'dataset.limit=12',
      '--set',
      'bootstrap.replicates=50',
      '--set',
      `networks=[${models.join(', ')}]`,
    ],
    ...[
      '--set',
      `experiment={ name: bias, attributes: { bird: umbrella, person: bottle }, pairs: ${pairs} }`,
    ],
  ]);

const rowsOf = async (name: string) => {
  const [head, ...lines] = parseCsv(await readFile(join(folder, 'out', name), 'utf8'));
  return lines.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
};

describe('bench run configs/experiments/bias.yaml', () => {
  it('writes the pairs’ differences beside the networks’ means, and they agree', async () => {
    const pairs = '{ strong: { biased: [biased-90-1, biased-90-2], balanced: [balanced-1, balanced-2] } }';
    const { status, stdout, stderr } = await run(pairs);
    expect([status, stderr]).toEqual([0, expect.anything()]);
    const [table, summary] = [await rowsOf('table.csv'), await rowsOf('pairs.csv')];
    expect(summary).toHaveLength(6);
    const of = (network: string, measure: string) =>
      Number(table.find((row) => row.network === network && row.measure === measure)!.value);
    for (const row of summary) {
      expect([row.pairs, row.method, row.layer, row.seeds]).toEqual(['strong', 'grad-cam', 'layer4', '2']);
      const value = (network: string) =>
        row.measure === 'accuracy_gap'
          ? of(network, 'accuracy_usual_attribute') - of(network, 'accuracy_other_attribute')
          : of(network, row.measure!);
      const [b1, b2, e1, e2] = NETWORKS.map(value);
      expect(Number(row.biased)).toBeCloseTo((b1! + b2!) / 2, 1);
      expect(Number(row.balanced)).toBeCloseTo((e1! + e2!) / 2, 1);
      expect(Number(row.difference)).toBeCloseTo((e1! - b1! + (e2! - b2!)) / 2, 1);
      expect(Number(row.scenes_low)).toBeLessThanOrEqual(Number(row.difference));
      expect(Number(row.seeds_high)).toBeGreaterThanOrEqual(Number(row.difference));
    }
    expect(stdout).toContain('balanced minus biased');
  }, 120_000);

  it('refuses pairs of networks that it does not have, before it runs one', async () => {
    const { status, stderr } = await run(
      '{ strong: { biased: [biased-90-1, x], balanced: [balanced-1, balanced-2] } }',
    );
    expect([status, stderr]).toEqual([expect.any(Number), expect.stringContaining('no network `x`')]);
    expect(status).not.toBe(0);
  });
});
