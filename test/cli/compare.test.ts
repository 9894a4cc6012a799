import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, makeWorld } from './world.js';

const COUNT = 60;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-compare-'));
  await makeWorld(folder, COUNT);
  await bench(folder, ['run', 'world.yaml', '--out', 'a']);
  await bench(folder, ['run', 'world.yaml', '--out', 'b', '--set', 'localization.threshold=0.99']);
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of `a` in which the first images' Grad-CAM localization is wrong. */
async function worsened(name: string, images: number): Promise<void> {
  await cp(join(folder, 'a'), join(folder, name), { recursive: true });
  const file = join(folder, name, 'images.csv');
  let left = images;
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => {
    if (!line.startsWith('colors,grad-cam,') || !line.endsWith(',0,0') || left === 0) return line;
    left--;
    return line.replace(/,0,0$/, ',1,1');
  });
  expect(left).toBe(0);
  await writeFile(file, lines.join('\n'));
}

describe('bench compare', () => {
  it('a run with itself: equal, everywhere', async () => {
    const { status, stdout } = await bench(folder, ['compare', 'a', join('a', 'images.csv')]);
    expect(status).toBe(0);
    expect(stdout.match(/ equal$/gm)).toHaveLength(4 * 4);
  });

  it('prints a verdict per row and measure', async () => {
    await worsened('c', 20);
    const { stdout } = await bench(folder, ['compare', 'a', 'c', '--format', 'markdown']);
    expect(stdout).toMatch(/\| colors, grad-cam at relu1 \| loc&#95;top1&#95;error \|.*\*\*worse\*\*/);
    const junit = await bench(folder, ['compare', 'a', 'c', '--format', 'junit']);
    const { testsuite } = new XMLParser({ ignoreAttributes: false }).parse(junit.stdout);
    expect([testsuite['@_tests'], testsuite['@_failures']]).toEqual(['16', '2']);
  });

  it('needs images.csv, and a format that there is', async () => {
    const { status, stderr } = await bench(folder, ['compare', 'a', 'data']);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^bench: data\/images\.csv: no such file; .*\n$/),
    ]);
    expect((await bench(folder, ['compare', 'a', 'a', '--format', 'pdf'])).status).toBe(2);
  });
});

describe('bench check with per-image baselines', () => {
  const check = (results: string, baseline: string, ...more: string[]) =>
    bench(folder, ['check', results, '--baseline', baseline, ...more]);

  it('one image is no alarm, a loss is, a tolerated one is not', async () => {
    await worsened('one', 1);
    const one = await check('one', 'a');
    expect(one.status).toBe(0);
    expect(one.stdout).toContain('no evidence');
    expect(one.stdout).toContain('16 errors compared image by image, 0 not as good');
    await worsened('many', 20);
    const many = await check('many', join('a', 'table.csv'));
    expect(many.status).toBe(1);
    expect(many.stdout).toContain('2 not as good (evidence of more than 0 points)');
    expect((await check('many', 'a', '--tolerance', '40')).status).toBe(0);
  });

  it('finds <name>.images.csv beside <name>.csv', async () => {
    await cp(join(folder, 'a', 'table.csv'), join(folder, 'base.csv'));
    expect((await check('one', 'base.csv')).stdout).toContain('4 rows compared');
    await cp(join(folder, 'a', 'images.csv'), join(folder, 'base.images.csv'));
    expect((await check('one', 'base.csv')).stdout).toContain('16 errors compared image by image');
  });

  it('refuses another box rule, whatever the images say', async () => {
    const { status, stdout } = await check('b', 'a');
    expect(status).toBe(1);
    expect(stdout).toContain('missing: colors, grad-cam at relu1, >=0.3 of max');
    expect(stdout).toMatch(/; \d+ rows are missing or cannot be compared\n$/);
  });
});
