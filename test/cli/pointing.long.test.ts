import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, makeWorld, PACKAGE } from './world.js';

/* The pointing game on a COCO tree of coloured squares in images of many shapes, by the network that averages colours. */

const CLASSES = ['red square', 'green square', 'blue square'];
/** Width, height, class of the square, and of a second one. */
const IMAGES = [
  [32, 24, 0, 1],
  [24, 32, 1],
  [60, 30, 2],
  [24, 24, 0],
  [32, 24, 2, 0],
] as const;

const square = (left: number, top: number, side: number) => [
  ...[left, top, left + side, top, left + side, top + side, left, top + side],
];

async function makeCoco(folder: string): Promise<void> {
  await mkdir(join(folder, 'coco', 'val2014'), { recursive: true });
  await mkdir(join(folder, 'coco', 'annotations'));
  const annotations: object[] = [];
  const images = IMAGES.map(([width, height], id) => ({ id, file_name: `image-${id}.png`, width, height }));
  for (const [id, [width, height, ...classes]] of IMAGES.entries()) {
    const pixels = Buffer.alloc(width * height * 3, 10);
    for (const [j, label] of classes.entries()) {
      const [left, top, side] = [2 + 12 * j, 3 + 9 * j, 8];
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) pixels[(y * width + x) * 3 + label] = 220;
      }
      annotations.push({
        ...{ id: annotations.length, image_id: id, category_id: label + 1, iscrowd: 0 },
        ...{ bbox: [left, top, side, side], segmentation: [square(left, top, side)] },
      });
    }
    const raw = { width, height, channels: 3 } as const;
    await sharp(pixels, { raw }).toFile(join(folder, 'coco', 'val2014', `image-${id}.png`));
  }
  const categories = CLASSES.map((name, i) => ({ id: i + 1, name }));
  await writeFile(
    join(folder, 'coco', 'annotations', 'instances_val2014.json'),
    JSON.stringify({ images, annotations, categories }),
  );
  await writeFile(join(folder, 'coco.yaml'), CONFIG);
}

const CONFIG = `
experiment: { name: pointing, tolerance: 1, top: 2 }
model:
  onnx: colors.onnx
  paper: ResNet-50
  input: { size: 16, resize: short-side, scale: 1/255 }
dataset: { name: coco, root: coco }
methods: [grad-cam, cam]
bootstrap: { replicates: 50 }
batch: 3
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-pointing-'));
  await makeWorld(folder, 1);
  await makeCoco(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const FILES = ['table.csv', 'classes.csv', 'reject.csv', 'reject.svg', 'classes.svg'];

async function results(out: string) {
  return Promise.all(FILES.map((file) => readFile(join(folder, out, file), 'utf8')));
}

describe('bench run of the pointing game', () => {
  it('finds each square in images of any shape, and gives the same bytes in shards and batches', async () => {
    const whole = await bench(folder, ['run', 'coco.yaml', '--out', 'whole']);
    expect(whole.stderr).not.toContain('bench:');
    expect(whole.status).toBe(0);
    const [table, classes] = (await results('whole')).slice(0, 2).map((text) => parseCsv(text));
    const rows = table!
      .slice(1)
      .map((cells) => Object.fromEntries(table![0]!.map((name, i) => [name, cells[i]!])));
    expect(rows.map(({ method, subset }) => `${method} ${subset}`)).toEqual([
      ...['center all', 'center difficult', 'grad-cam all', 'grad-cam difficult', 'cam all', 'cam difficult'],
    ]);
    // Two images show two squares, each of which covers less than a quarter of them.
    expect(rows[2]).toMatchObject({ n: '5', cues: '7', classes: '3', pointing_accuracy: '100.00' });
    expect(rows[3]).toMatchObject({ n: '2', cues: '4', pointing_accuracy: '100.00' });
    expect(rows[2]).toMatchObject({ published: '57.3', published_on: 'TorchRay, COCO val2014' });
    expect(classes!.slice(1).filter(([, method]) => method === 'center').length).toBeGreaterThan(0);
    expect(whole.stdout).toContain('ResNet-50 grad-cam: all 57.3, difficult 52.3 (TorchRay, COCO val2014)');
    expect(whole.stdout).not.toContain('VOC07');

    const shard = (part: string) =>
      bench(folder, ['run', 'coco.yaml', '--out', 'parts', '--shard', part, '--batch', '1']);
    expect((await Promise.all([shard('1/2'), shard('2/2')])).map(({ status }) => status)).toEqual([0, 0]);
    const parts = [1, 2].map((part) => join('parts', `shard-${part}-of-2`));
    expect((await bench(folder, ['merge', ...parts, '--out', 'merged'])).status).toBe(0);
    expect(await results('merged')).toEqual(await results('whole'));
  });

  it.each([
    ['pointing-voc07', 'VOC_ROOT is not set; it should hold the folder that holds VOCdevkit/VOC2007'],
    [
      'pointing-coco14',
      'COCO_ROOT is not set; it should hold the folder that holds annotations/instances_val2014.json',
    ],
  ])('says what %s needs', async (name, message) => {
    const config = join(PACKAGE, 'configs', 'experiments', `${name}.yaml`);
    const { status, stderr } = await bench(folder, ['run', config], { VOC_ROOT: '', COCO_ROOT: '' });
    expect(status).not.toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(message);
  });
});

describe.skipIf(!process.env.BENCH_TEST_DATA)('the pointing game on photographs', () => {
  it('maps ImageNet’s classes to VOC’s, at the images’ own aspect, the same bytes whatever the batch', async () => {
    const config = join(PACKAGE, 'configs', 'experiments', 'pointing-voc-sample.yaml');
    const set = ['experiment.top=0', 'networks.0.methods=[grad-cam]', 'networks.1.methods=[c-mwp]'];
    const run = (batch: string) =>
      bench(folder, [
        ...['run', config, '--limit', '3', '--batch', batch, '--out', `voc-${batch}`],
        ...set.flatMap((assignment) => ['--set', assignment]),
      ]);
    const outcomes = [await run('1'), await run('3')];
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    const [one, three] = await Promise.all(
      ['voc-1', 'voc-3'].map((out) => readFile(join(folder, out, 'table.csv'), 'utf8')),
    );
    expect(three).toBe(one);
    // No class of ImageNet's stands for a person: such images have no cue.
    const classes = await readFile(join(folder, 'voc-1', 'classes.csv'), 'utf8');
    expect(classes).not.toContain(',person,');
    expect(outcomes[0]!.stdout).toContain('Pascal VOC, first 3 images');
  });
});
