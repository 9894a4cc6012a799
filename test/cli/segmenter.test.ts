import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/write.js';
import { parseCsv } from '../../src/report/csv.js';
import { put, putVocImage } from '../datasets/fixtures.js';
import { encodePng } from '../images/encode-png.js';
import { float32, graphOf, nodeOf, valueInfo } from '../reference/build.js';
import { bench, makeWorld } from './world.js';

/*
 * A run over segmenters, in a world whose masks are known: each image shows a rectangle in the colour of its class, and one
 * of them a green patch that its mask does not know.
 */

const SIDE = 16;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-segmenter-'));
  await makeWorld(folder, 1);
  const voc = join(folder, 'VOCdevkit', 'VOC2012');
  for (const [name, scene] of Object.entries(SCENES)) await putScene(voc, name, scene);
  await put(voc, 'ImageSets/Segmentation/val.txt', Object.keys(SCENES).join('\n'));
  await put(folder, 'classes.txt', 'red\ngreen\nblue\n');
  await writeFile(join(folder, 'segmenter.onnx'), writeModel(segmenter()));
  await writeFile(join(folder, 'ends-in-softmax.onnx'), writeModel(segmenter(true)));
});
afterAll(() => rm(folder, { recursive: true }));

interface Scene {
  readonly label: number;
  /** Columns and rows of the rectangle, first and last. */
  readonly at: readonly [number, number, number, number];
  readonly patch?: boolean;
}

const SCENES: Readonly<Record<string, Scene>> = {
  a: { label: 0, at: [0, 0, 7, 7] },
  b: { label: 1, at: [4, 4, 11, 11] },
  c: { label: 2, at: [8, 0, 15, 15] },
  d: { label: 0, at: [0, 0, 7, 15], patch: true },
};

async function putScene(voc: string, name: string, { label, at, patch }: Scene): Promise<void> {
  const [x0, y0, x1, y1] = at;
  const inside = (x: number, y: number) => x >= x0 && x <= x1 && y >= y0 && y <= y1;
  const pixels = Buffer.alloc(SIDE * SIDE * 3, 10);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    if (inside(x, y)) pixels[3 * i + label] = 220;
    else if (patch && x >= 12 && y >= 12) pixels[3 * i + 1] = 220;
  }
  const object = { name: ['red', 'green', 'blue'][label]!, box: [x0 + 1, y0 + 1, x1 + 1, y1 + 1] as const };
  await putVocImage(voc, name, [SIDE, SIDE], [{ ...object, box: [...object.box] }]);
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toFile(join(voc, 'JPEGImages', `${name}.jpg`));
  const rows = Array.from({ length: SIDE }, (_, y) =>
    Array.from({ length: SIDE }, (_, x) => (inside(x, y) ? label + 1 : 0)),
  );
  await put(
    voc,
    `SegmentationClass/${name}.png`,
    encodePng({ rows, depth: 8, colorType: 3, filters: Array<number>(SIDE).fill(0) }),
  );
}

/** [N, 4, 16, 16]: the background scores 2, each class 5 times its colour. */
function segmenter(softmax = false) {
  const kernel = [0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 5];
  const nodes = [
    nodeOf('Conv', ['image', 'kernel', 'bias'], ['planes'], { kernel_shape: [1, 1] }),
    ...(softmax ? [nodeOf('Softmax', ['planes'], ['probabilities'], { axis: 1 })] : []),
  ];
  return graphOf(
    nodes,
    [valueInfo('image', ['N', 3, SIDE, SIDE])],
    [valueInfo(softmax ? 'probabilities' : 'planes', ['N', 4, SIDE, SIDE])],
    { kernel: float32([4, 3, 1, 1], kernel), bias: float32([4], [2, 0, 0, 0]) },
  );
}

async function run(name: string, networks: string, experiment = '{ name: segmentation, cues: false }') {
  await put(
    folder,
    `${name}.yaml`,
    `
      experiment: ${experiment}
      model: { input: { size: 16, scale: 1/255 } }
      dataset: { name: voc, root: VOCdevkit, split: val, task: segmentation, classes: ${join(folder, 'classes.txt')}, demonstration: true }
      networks: [${networks}]
      bootstrap: { replicates: 20 }
    `,
  );
  const outcome = await bench(folder, ['run', `${name}.yaml`, '--out', name]);
  const csv = async (file: string) => {
    const [head, ...rows] = parseCsv(await readFile(join(folder, name, file), 'utf8'));
    return rows.map((row) => Object.fromEntries(head!.map((key, i) => [key, row[i]])));
  };
  return { ...outcome, csv };
}

const SEGMENTER = (onnx: string) =>
  `{ name: ${onnx}, model: { onnx: ${onnx}.onnx, background: true }, methods: [segmenter] }`;

describe('a run over segmenters', () => {
  it('scores their masks, with and without the labels and the CRF, beside seeds', async () => {
    const seeds = '{ name: seeds, model: { onnx: colors.onnx }, methods: [grad-cam] }';
    const { status, stdout, stderr, csv } = await run('both', `${seeds}, ${SEGMENTER('segmenter')}`);
    expect(stderr).not.toContain('bench: ');
    expect(status).toBe(0);
    const rows = await csv('segmenters.csv');
    expect(rows.map(({ network, labels, crf, n }) => [network, labels, crf, n])).toEqual([
      ['segmenter', 'none', 'no', '4'],
      ['segmenter', 'none', 'yes', '4'],
      ['segmenter', 'given', 'no', '4'],
      ['segmenter', 'given', 'yes', '4'],
    ]);
    // Green: 64 pixels of 80. Background: 624 found of 640. Red and blue whole.
    const iou = (100 * (624 / 640 + 1 + 64 / 80 + 1)) / 4;
    expect(rows[0]!.mean_iou).toBe(iou.toFixed(2));
    expect(rows[2]!.mean_iou).toBe('100.00');
    const classes = await csv('segmenter-classes.csv');
    const given = (own: string) =>
      classes.filter(({ labels, crf }) => labels === own && crf === 'no').map((row) => row.iou);
    expect(given('none')).toEqual([(62400 / 640).toFixed(2), '100.00', '80.00', '100.00']);
    expect((await csv('table.csv')).map(({ network }) => network)).toEqual(['seeds']);
    expect(stdout).toContain('masks of segmenters');
  });

  it('takes what the last Softmax is given', async () => {
    const { status, csv } = await run('softmax', SEGMENTER('ends-in-softmax'));
    expect(status).toBe(0);
    expect((await csv('segmenters.csv'))[2]!.mean_iou).toBe('100.00');
  });

  it('leaves out the CRF when it is told to', async () => {
    const options = '{ name: segmentation, cues: false, crf: false }';
    const { csv } = await run('plain', SEGMENTER('segmenter'), options);
    expect((await csv('segmenters.csv')).map(({ labels, crf }) => [labels, crf])).toEqual([
      ['none', 'no'],
      ['given', 'no'],
    ]);
  });

  it('says what is wrong with a network that is none, and with another experiment', async () => {
    const none = await run(
      'none',
      '{ name: n, model: { onnx: colors.onnx, background: true }, methods: [segmenter] }',
    );
    expect(none.stderr).toMatch(
      /no segmenter: its output `scores` is \[N,3\], not \[N,classes,height,width\]/,
    );
    const other = await run('other', SEGMENTER('segmenter'), 'pointing');
    expect(other.stderr).toContain('unknown method `segmenter`');
    const sizes = SEGMENTER('segmenter').replace('background', 'input: { resize: short-side }, background');
    expect((await run('sizes', sizes)).stderr).toContain(
      'network `segmenter`: segmenter takes one input size: set input.resize: warp or crop',
    );
  });
});
