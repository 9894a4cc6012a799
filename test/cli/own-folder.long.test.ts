import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, imageId, imagePath, makeWorld } from './world.js';

/* The images of a world, once as ImageNet's tree and once in each form that a folder of one's own may have. */

// Each of them starts the program several times.
vi.setConfig({ testTimeout: 300_000 });

let folder: string;
/** Per image of the tree its class and its box, inclusive pixels from 0. */
const truth: { readonly name: string; readonly wnid: string; readonly box: readonly number[] }[] = [];
let expected: string[][];

const CONFIG = (dataset: string, experiment = 'localization') => `
experiment: ${experiment}
model: { onnx: colors.onnx, input: { size: 16, scale: 1/255 } }
dataset: { name: folder, ${dataset} }
methods: [grad-cam, cam]
${experiment === 'localization' ? 'localization: { threshold: 0.3, top: [1, 2] }' : ''}
`;

/** The rows of a run's images.csv, images as numbers: those of the same images and truth are the same. */
async function judged(out: string): Promise<string[][]> {
  const [head, ...rows] = parseCsv(await readFile(join(folder, 'out', out, 'images.csv'), 'utf8'));
  return rows
    .filter(([, method]) => method !== 'backprop')
    .map((row) => [
      row[1]!,
      row[3]!.replace(/\D*(\d+)\.\w+$|.*?(\d+)$/, '$1$2').slice(-1),
      ...head!.flatMap((name, i) => (/^(best_ious|boxes|.*error)$/.test(name) ? [row[i]!] : [])),
    ])
    .sort();
}

async function run(name: string, dataset: string, experiment?: string) {
  await writeFile(join(folder, `${name}.yaml`), CONFIG(dataset, experiment));
  return bench(folder, ['run', `${name}.yaml`]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-own-folder-'));
  await makeWorld(folder);
  const [, ...solution] = (await readFile(join(folder, 'data', 'LOC_val_solution.csv'), 'utf8'))
    .trim()
    .split('\n');
  await mkdir(join(folder, 'flat'), { recursive: true });
  for (const [index, line] of solution.entries()) {
    const [wnid, ...box] = line.split(',')[1]!.trim().split(' ');
    const name = `bild ${index + 1}.JPG`;
    truth.push({ name, wnid: wnid!, box: box.map(Number) });
    expect(line).toContain(imageId(index));
    await cp(imagePath(folder, index), join(folder, 'flat', name));
    await mkdir(join(folder, 'classes', wnid!), { recursive: true });
    await cp(imagePath(folder, index), join(folder, 'classes', wnid!, name));
  }
  const wnids = [...new Set(truth.map(({ wnid }) => wnid))].sort();
  await writeFile(join(folder, 'list.txt'), wnids.join('\n'));
  const whole = await bench(folder, ['run', 'world.yaml', '--out', join(folder, 'out', 'tree')]);
  expect(whole.status).toBe(0);
  expected = await judged('tree');
  expect(expected).toHaveLength(27);
});
afterAll(() => rm(folder, { recursive: true }));

describe('bench run on a folder', () => {
  it('judges the same images by a CSV as by the tree that they come from', async () => {
    const rows = truth.map(({ name, wnid, box }) => [name, wnid, ...box].join(';'));
    await writeFile(
      join(folder, 'flat', 'boxes.csv'),
      `\uFEFFimage;class;xmin;ymin;xmax;ymax\r\n${rows.join('\r\n')}\r\n`,
    );
    const { status, stdout, stderr } = await run('csv', 'root: flat, boxes: boxes.csv');
    expect(stderr).not.toContain('bench:');
    expect(status).toBe(0);
    expect(stdout).toContain('csv: own data\n');
    expect(await judged('csv')).toEqual(expected);
  });

  it('by VOC XML, YOLO text files and a COCO JSON, too', async () => {
    const classNumber = (wnid: string) => Number(wnid.at(-1)) - 1;
    await mkdir(join(folder, 'flat', 'voc'), { recursive: true });
    await mkdir(join(folder, 'flat', 'yolo'), { recursive: true });
    for (const { name, wnid, box } of truth) {
      const [x0, y0, x1, y1] = box as [number, number, number, number];
      const stem = name.slice(0, -4);
      const [xmin, ymin, xmax, ymax] = box.map((side) => side + 1);
      await writeFile(
        join(folder, 'flat', 'voc', `${stem}.xml`),
        `<annotation><size><width>32</width><height>32</height></size><object><name>${wnid}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object></annotation>`,
      );
      const shares = [(x0 + x1 + 1) / 64, (y0 + y1 + 1) / 64, (x1 - x0 + 1) / 32, (y1 - y0 + 1) / 32];
      await writeFile(
        join(folder, 'flat', 'yolo', `${stem}.txt`),
        `${classNumber(wnid)} ${shares.join(' ')}\n`,
      );
    }
    const coco = {
      images: truth.map(({ name }, id) => ({ id, file_name: name, width: 32, height: 32 })),
      annotations: truth.map(({ wnid, box: [x0, y0, x1, y1] }, id) => ({
        ...{ id, image_id: id, category_id: classNumber(wnid) },
        bbox: [x0, y0, x1! - x0! + 1, y1! - y0! + 1],
      })),
      categories: ['n90000001', 'n90000002', 'n90000003'].map((name, id) => ({ id, name })),
    };
    await writeFile(join(folder, 'flat', 'export 1.json'), JSON.stringify(coco));
    for (const [name, dataset] of [
      ['voc', 'root: flat, boxes: voc, classes: list.txt'],
      ['yolo', 'root: flat, boxes: yolo, classes: list.txt'],
      ['coco', "root: flat, boxes: 'export 1.json'"],
    ] as const) {
      const { status, stderr } = await run(name, dataset);
      expect(stderr).not.toContain('bench:');
      expect(status).toBe(0);
      expect(await judged(name)).toEqual(expected);
    }
  });

  it('by their folders alone: what needs boxes is left out or refused, in one line', async () => {
    const { status, stdout, stderr } = await run('labels', 'root: classes');
    expect(status).toBe(0);
    expect(stderr).toContain(
      'the experiment localization: the data set folder has no boxes (dataset.boxes names their file or folder): the localization errors are left out\n',
    );
    expect(stdout).toMatch(/grad-cam +relu1 +>=0\.3 of max +9 +\d/);
    const refused = await run('wsol', 'root: classes', 'wsol');
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toBe(
      'bench: the experiment wsol needs boxes; the data set folder has no boxes (dataset.boxes names their file or folder)\n',
    );
  });

  it('without any truth, for an experiment that needs none', async () => {
    const { status, stdout, stderr } = await run(
      'bare',
      'root: flat, classes: list.txt, limit: 2',
      '{ name: faithfulness, points: 3 }',
    );
    expect(stderr).not.toContain('bench:');
    expect(status).toBe(0);
    expect(stdout).toMatch(/colors +grad-cam +relu1 +2 +/);
  });

  it('lists what failed, says what is left out, and does not go on with boxes that were changed since', async () => {
    const rows = truth.map(({ name, wnid, box }) => [name, wnid, ...box].join());
    const table = (lines: readonly string[]) =>
      writeFile(join(folder, 'flat', 'some.csv'), `image,class,xmin,ymin,xmax,ymax\n${lines.join('\n')}\n`);
    await table([...rows.slice(0, 7), 'gone.jpg,n90000001,0,0,3,3', 'bild 8.JPG,n90000002,0,0,32,3']);
    const first = await run('some', 'root: flat, boxes: some.csv');
    expect(first.stderr).toContain(
      '1 of 9 pictures have no row in some.csv and are left out: "bild 9.JPG"\n',
    );
    expect(first.stderr).toMatch(
      /gone\.jpg: .*some\.csv: line 9: there is no picture "gone\.jpg" in .*flat\n/,
    );
    expect(first.stderr).toMatch(
      /bild 8\.JPG: .*some\.csv: line 10: the box 0,0,32,3 is not within the 32x32 picture, .*dataset\.corners: edges\n/,
    );
    await table(rows);
    const again = await run('some', 'root: flat, boxes: some.csv');
    expect(again.status).not.toBe(0);
    expect(again.stderr).toMatch(
      /holds another run: .*sha256_of_annotations was [0-9a-f]{12}…, is [0-9a-f]{12}…/,
    );
    const fresh = await bench(folder, ['run', 'some.yaml', '--fresh']);
    expect(fresh.status).toBe(0);
  });

  it('joins classes of the network by a mapping, as with every data set', async () => {
    await writeFile(join(folder, 'network.txt'), 'red\ngreen\nblue\n');
    const classes = { warm: ['red'], cold: ['green', 'blue'] };
    await writeFile(
      join(folder, 'map.json'),
      JSON.stringify({ title: 't', source: 's', network_classes: 'network.txt', classes }),
    );
    const rows = truth.map(({ name, wnid, box }) =>
      [name, wnid === 'n90000001' ? 'warm' : 'cold', ...box].join(),
    );
    await writeFile(join(folder, 'flat', 'two.csv'), `image,class,xmin,ymin,xmax,ymax\n${rows.join('\n')}\n`);
    const config = CONFIG('root: flat, boxes: two.csv')
      .replace('onnx: colors.onnx', 'onnx: colors.onnx, mapping: map.json')
      .replace('top: [1, 2]', 'top: [1]');
    await writeFile(join(folder, 'two.yaml'), config);
    const { status, stderr, stdout } = await bench(folder, ['run', 'two.yaml']);
    expect(stderr).not.toContain('bench:');
    expect(status).toBe(0);
    expect(stdout).toMatch(/grad-cam .* 9 +0\.00/);
  });
});
