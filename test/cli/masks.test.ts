import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { put, putVocImage } from '../datasets/fixtures.js';
import { encodePng } from '../images/encode-png.js';
import { bench, makeWorld } from './world.js';

/* Masks are read when an image is judged: a broken one is that image's failure, and no other's. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-masks-'));
  await makeWorld(folder, 1);
});
afterAll(() => rm(folder, { recursive: true }));

const mask = (side: number, index = 1) =>
  encodePng({
    ...{ rows: Array.from({ length: side }, () => Array<number>(side).fill(index)), depth: 8, colorType: 3 },
    filters: Array<number>(side).fill(0),
  });

const MASKS: Readonly<Record<string, [bytes: Uint8Array, says: RegExp | undefined]>> = {
  good: [mask(16), undefined],
  lies: [
    encodePng({ rows: [[1]], depth: 8, colorType: 3, filters: [0], width: 60_000, height: 60_000 }),
    /lies\.png: the PNG has a bad size; expected a palette/,
  ],
  // 100 million pixels would be read, if they were the image's.
  'lies-less': [
    encodePng({ rows: [[1]], depth: 8, colorType: 3, filters: [0], width: 10_000, height: 10_000 }),
    /lies-less\.png: the mask is 10000x10000, its image 16x16/,
  ],
  smaller: [mask(8), /smaller\.png: the mask is 8x8, its image 16x16/],
  'beyond-classes': [mask(16, 77), /beyond-classes\.png: the mask holds the index 77/],
  'no-png': [Buffer.from('GIF8'), /no-png\.png: not a PNG file/],
  'also-good': [mask(16, 2), undefined],
};

describe('a run over masks', () => {
  it('fails the images whose masks are broken, and counts the others', async () => {
    const voc = join(folder, 'VOCdevkit', 'VOC2012');
    for (const [name, [bytes]] of Object.entries(MASKS)) {
      await putVocImage(voc, name, [16, 16], [{ name: 'red', box: [2, 2, 9, 9] }]);
      await put(voc, `SegmentationClass/${name}.png`, bytes);
    }
    await put(voc, 'ImageSets/Segmentation/val.txt', Object.keys(MASKS).join('\n'));
    await put(folder, 'classes.txt', 'red\ngreen\nblue\n');
    const config = `
      experiment: segmentation
      model: { onnx: colors.onnx, input: { size: 16, scale: 1/255 } }
      dataset: { name: voc, root: VOCdevkit, split: val, task: segmentation, classes: ${join(folder, 'classes.txt')}, demonstration: true }
      methods: [grad-cam, backprop]
      bootstrap: { replicates: 20 }
    `;
    await put(folder, 'masks.yaml', config);
    const { status, stderr } = await bench(folder, ['run', 'masks.yaml', '--out', 'out']);
    const failed = Object.values(MASKS).flatMap(([, says]) => says ?? []);
    for (const says of failed) expect(stderr).toMatch(says);
    expect(stderr).toContain(`bench: ${failed.length} images could not be read`);
    expect(status).toBe(1);
    // Two good masks of one class each, both in every row of the table.
    const [head, ...rows] = parseCsv(await readFile(join(folder, 'out', 'table.csv'), 'utf8'));
    expect(rows.map((row) => row[head!.indexOf('n')])).toEqual(rows.map(() => '2'));
    expect(rows.length).toBeGreaterThan(0);
  });
});
