import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-judge-'));
});
afterAll(() => rm(folder, { recursive: true }));

const EXPERIMENTS = ['wsol', 'segmentation', 'pointing', 'failure-analysis'];
const IMAGES = 6;

/* The experiments that need maps alone: judging our own maps gives the files of the run, but for what tells the time. */
describe.concurrent('maps of the quickstart, written and judged again', () => {
  const set = (...assignments: string[]) => assignments.flatMap((one) => ['--set', one]);
  const size = set(`dataset.limit=${IMAGES}`, 'bootstrap.replicates=20');

  it.each(['../quickstart', ...EXPERIMENTS])(
    '%s: the same bytes',
    async (name) => {
      const config = join(PACKAGE, 'configs', 'experiments', `${name}.yaml`);
      const at = (what: string) => join(folder, `${name.replace('../', '')}-${what}`);
      expect((await bench(folder, ['run', config, '--out', at('run'), ...size])).status).toBe(0);
      expect((await bench(folder, ['maps', config, '--out', at('maps'), ...size])).status).toBe(0);
      const judge = ['run', join(at('maps'), 'judge.yaml'), '--out', at('judged')];
      const { status, stderr } = await bench(folder, [...judge, '--batch', '5']);
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('bench:')]);
      const files = (await readdir(at('run'))).filter((file) => /\.(csv|pickle|svg|txt)$/.test(file));
      expect(files).toContain('table.csv');
      for (const file of files) {
        const [run, judged] = await Promise.all(
          [at('run'), at('judged')].map((one) => readFile(join(one, file))),
        );
        expect(judged!.equals(run!), file).toBe(true);
      }
    },
    600_000,
  );

  it.each(EXPERIMENTS)(
    '%s: an image without maps stays in the denominator, and is wrong',
    async (name) => {
      const config = join(PACKAGE, 'configs', 'experiments', `${name}.yaml`);
      const at = (what: string) => join(folder, `${name}-lacking-${what}`);
      const one = `networks=[{ model: { onnx: ${join(PACKAGE, 'models', 'quickstart', 'vgg16.onnx')} } }]`;
      const own = [...size, ...set(one, 'methods=[grad-cam]')];
      expect((await bench(folder, ['maps', config, '--out', at('maps'), ...own])).status).toBe(0);
      const maps = join(at('maps'), 'vgg16', 'grad-cam');
      for (const file of await readdir(maps)) if (!file.includes('0001.npz')) await rm(join(maps, file));
      const judge = ['run', join(at('maps'), 'judge.yaml'), '--out', at('judged')];
      const { status, stderr } = await bench(folder, judge);
      expect(status).toBe(0);
      expect(stderr).toMatch(/without maps that were asked for, which count as wrong:/);
      const [head, ...rows] = parseCsv(await readFile(join(at('judged'), 'table.csv'), 'utf8'));
      const all = rows.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
      const counts = all.filter(({ method }) => method === 'grad-cam');
      if (name === 'failure-analysis') {
        const wrong = counts.find(({ images }) => images === 'wrong images, true class')!;
        expect(Number(wrong.n)).toBeGreaterThanOrEqual(IMAGES - 1);
        expect(Number(wrong.localized)).toBeLessThanOrEqual(100 / Number(wrong.n));
      } else if (name === 'pointing') {
        expect(Number(counts[0]!.cues)).toBeGreaterThanOrEqual(IMAGES);
        expect(Number(counts[0]!.pointing_accuracy)).toBeLessThan(50);
      } else if (name === 'wsol') {
        expect(counts[0]).toMatchObject({ images: String(IMAGES), measure: 'MaxBoxAcc' });
        expect(Number(counts[0]!.value)).toBeLessThan(50);
      } else {
        expect(Number(counts[0]!.images ?? counts[0]!.n)).toBe(IMAGES);
      }
    },
    600_000,
  );
});
