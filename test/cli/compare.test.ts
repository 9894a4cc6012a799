import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLines, parseCsv } from '../../src/report/csv.js';
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

/** A copy of `a` in which the first images' Grad-CAM localization is wrong, in the table as well. */
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
  const table = join(folder, name, 'table.csv');
  const [head, ...rows] = parseCsv(await readFile(table, 'utf8')) as [string[], ...string[][]];
  const gradCam = rows.find(([, method]) => method === 'grad-cam')!;
  head.forEach((column, i) => {
    if (!/^loc_top\d_error$/.test(column)) return;
    gradCam[i] = (Number(gradCam[i]) + (100 * images) / COUNT).toFixed(4);
  });
  await writeFile(table, csvLines([head, ...rows]));
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

describe('rows with several box rules', () => {
  const rules = (threshold: number) =>
    `methods=[{name: grad-cam, box: {threshold: ${threshold}}}, {name: grad-cam, box: {rule: mean, alpha: 1}}]`;

  it('are named by their rule, and compared with none of another rule', async () => {
    for (const [out, threshold] of [
      ['two', 0.3],
      ['other', 0.5],
    ] as const) {
      await bench(folder, ['run', 'world.yaml', '--out', out, '--set', rules(threshold)]);
    }
    const same = await bench(folder, ['compare', 'two', 'two']);
    expect(same.stdout).toContain('colors, grad-cam at relu1, >=0.3 of max');
    expect(same.stdout).toContain('colors, grad-cam at relu1, >1 of mean');
    expect(same.stdout).not.toContain('(2)');
    const { stdout } = await bench(folder, ['compare', 'two', 'other']);
    expect(stdout).toMatch(/grad-cam at relu1, >=0\.3 of max +missing: no such row any more/);
    expect(stdout).toMatch(/grad-cam at relu1, >=0\.5 of max +new: not in the first/);
    expect(stdout).toMatch(/grad-cam at relu1, >1 of mean +loc_top1_error .* equal/);
  });

  it('are not compared where only one side says what its rules are', async () => {
    await mkdir(join(folder, 'bare'));
    await cp(join(folder, 'two', 'images.csv'), join(folder, 'bare', 'images.csv'));
    const { stdout } = await bench(folder, ['compare', 'two', 'bare']);
    expect(stdout.match(/incomparable: the box rule is known on one side only/g)).toHaveLength(3);
    const both = await bench(folder, ['compare', 'bare', 'bare']);
    expect(both.stdout).toContain('colors, grad-cam at relu1, row 2 of that name');
  });
});

describe('what is no localization table', () => {
  it.each(['compare', 'check'])('is named as the experiment that it is: bench %s', async (command) => {
    const set = ['--set', 'experiment=wsol', '--set', 'localization={}'];
    await bench(folder, ['run', 'world.yaml', '--out', 'wsol', ...set, '--limit', '4']);
    const args = command === 'compare' ? ['compare', 'a', 'wsol'] : ['check', 'wsol', '--baseline', 'a'];
    const { status, stderr } = await bench(folder, args);
    expect(status).toBe(1);
    expect(stderr).toBe(
      'bench: wsol: results of the experiment wsol; bench compare and bench check know the localization table only\n',
    );
    const file =
      command === 'compare'
        ? ['compare', 'wsol/table.csv', 'a']
        : ['check', 'a', '--baseline', 'wsol/table.csv'];
    expect((await bench(folder, file)).stderr).toContain('results of the experiment wsol');
  });
});

describe('a table and decisions about images that contradict each other', () => {
  const changed = async (name: string, file: string, from: RegExp, to: string) => {
    await cp(join(folder, 'a'), join(folder, name), { recursive: true });
    const path = join(folder, name, file);
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(from);
    await writeFile(path, text.replace(from, to));
  };

  it.each<[string, string, RegExp, string, RegExp]>([
    [
      'an error',
      'images.csv',
      /,0,0\n/,
      ',1,1\n',
      /loc_top1_error is \d+\.\d{4} in the table, \d+\.\d{4} by the images/,
    ],
    ['a number of images', 'images.csv', /.*\n(?=colors,grad-cam,relu1,ILSVRC2012_val_00000002)/, '', /./],
    ['a row that is gone', 'table.csv', /colors,cam,.*\n/, '', /only the images have colors, cam at relu1/],
    ['a row that came', 'table.csv', /(colors,cam,.*\n)/, '$1$1', /only the table has colors, cam/],
    [
      'an error in the table',
      'table.csv',
      /(colors,cam,relu1,"[^"]*",60),[\d.]+/,
      '$1,7.5000',
      /cls_top1_error is 7\.5000 in the table/,
    ],
  ])('is noticed: %s', async (name, file, from, to, message) => {
    await changed(`contradiction ${name}`, file, from, to);
    await cp(join(folder, 'a', 'table.csv'), join(folder, 'alone.csv'));
    for (const args of [
      ['check', `contradiction ${name}`, '--baseline', 'a'],
      ['check', `contradiction ${name}`, '--baseline', 'alone.csv'],
      ['check', 'a', '--baseline', `contradiction ${name}`],
      ['compare', 'a', `contradiction ${name}`],
    ]) {
      const { status, stderr } = await bench(folder, args);
      expect(status).toBe(1);
      expect(stderr).toContain(`table.csv and contradiction ${name}/images.csv contradict each other: `);
      expect(stderr).toMatch(message);
    }
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
