import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-own-photos-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('configs/own-folder.yaml', () => {
  it('finds the cat in the photograph that comes along, and the espresso and the missile among the best guesses', async () => {
    const out = join(folder, 'out', 'shown');
    const { status, stdout, stderr } = await bench(folder, [
      'run',
      join(PACKAGE, 'configs', 'own-folder.yaml'),
      '--out',
      out,
    ]);
    expect(stderr).not.toContain('bench:');
    expect(status).toBe(0);
    expect(stdout).toContain('own-folder: own data\n');
    const [head, ...rows] = parseCsv(await readFile(join(out, 'images.csv'), 'utf8'));
    const cells = (row: readonly string[]) => Object.fromEntries(head!.map((name, i) => [name, row[i]!]));
    const gradCam = rows.map(cells).filter(({ method }) => method === 'grad-cam');
    expect(
      gradCam.map(({ image, labels, cls_top1_error, loc_top1_error }) => [
        image,
        labels,
        cls_top1_error,
        loc_top1_error,
      ]),
    ).toEqual([
      ['cat.jpg', 'n02124075', '0', '0'],
      ['coffee.jpg', 'n07920052', '0', '1'],
      ['rocket.jpg', 'n03773504', '0', '1'],
    ]);
  });
});
