import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelNamed, readManifest } from '../../src/fetch/manifest.js';
import { csvLines } from '../../src/report/csv.js';
import {
  IMAGENET,
  imagesCsv,
  localizationCsv,
  type MadeRow,
  moved,
  VGG16,
  writeRun,
} from './published-runs.js';
import { bench, makeWorld, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-check-paper-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NETWORKS = [{ name: 'vgg16', paper: 'VGG-16' }];

const write = (
  name: string,
  rows: readonly MadeRow[],
  networks: readonly { name: string; paper?: string }[] = NETWORKS,
) =>
  writeRun(
    join(folder, name),
    { ...IMAGENET, networks },
    { 'table.csv': localizationCsv(rows, IMAGENET.label, 50_000) },
  );

const check = (name: string, ...more: string[]) => bench(folder, ['check', name, '--paper', ...more]);

describe('bench check --paper: the localization table', () => {
  it('is content with the paper’s own numbers, and says which networks are not in the run', async () => {
    await write('paper', VGG16);
    const { status, stdout, stderr } = await check('paper');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('made against what is published of localization');
    expect(stdout).toContain('data: ILSVRC-15 val; published: ILSVRC-15 val');
    expect(stdout).toContain('published of other networks: VGG-16-GAP, AlexNet, GoogLeNet');
    // Classification errors once, then two localization errors for each of three methods.
    expect(stdout).toMatch(
      /\n8 published values compared: 8 within 2 points, 0 apart; 0 missing in the run\n$/,
    );
    expect(stdout).toMatch(
      /grad-cam, >=0\.15 of max +loc top-1 +56\.51 \(56\.0–57\.0\) +56\.51 +paper +0\.00 +within/,
    );
    expect(stdout).toContain('backprop, paper: box after GrabCut post-processing of the gradient.');
  });

  it('puts an independent rerun beside, and does not judge it', async () => {
    await write('rerun', VGG16);
    const { status, stdout } = await check('rerun', '--tolerance', '0.1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/loc top-5 +46\.41 \(45\.9–46\.9\) +44\.82 +independent rerun +\+1\.59 +beside/);
  });

  it('names what is apart, with the difference in points', async () => {
    await write('apart', moved(VGG16, -2.5));
    const { status, stdout } = await check('apart');
    expect(status).toBe(1);
    expect(stdout).toMatch(/loc top-1 +54\.01 \(53\.5–54\.5\) +56\.51 +paper +−2\.50 +apart/);
    expect(stdout).toMatch(/: 0 within 2 points, 8 apart; 0 missing/);
    expect((await check('apart', '--tolerance', '2.5')).status).toBe(0);
  });

  it('names rows that the run has not, without an alarm', async () => {
    await write('missing', VGG16.slice(0, 1));
    const { status, stdout } = await check('missing');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nc-mwp +loc top-1 +– +70\.92 +paper +– +missing/);
    expect(stdout).toMatch(
      /\n4 published values compared: 4 within 2 points, 0 apart; 4 missing in the run\n$/,
    );
  });

  it('judges the first row of a method; one of another box rule stands beside', async () => {
    const specks: MadeRow = { network: 'vgg16', method: 'backprop', errors: [30.38, 10.89, 95, 90] };
    await write('rules', [...VGG16, specks]);
    const { status, stdout } = await check('rules');
    expect(status).toBe(0);
    expect(stdout).toMatch(/backprop, >=0\.15 of max +loc top-1 +95\.00 .* \+33\.88 +beside/);
  });

  it('compares each network of a run with its own rows', async () => {
    const alexnet: MadeRow = { network: 'alexnet', method: 'grad-cam', errors: [44.2, 20.8, 68.3, 60] };
    await write('two', [...VGG16, alexnet], [...NETWORKS, { name: 'alexnet', paper: 'AlexNet' }]);
    const { status, stdout } = await check('two');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /alexnet as AlexNet[\s\S]*grad-cam, .* loc top-5 +60\.00 .* 56\.60 +paper +\+3\.40 +apart/,
    );
    expect(stdout).toMatch(/: 11 within 2 points, 1 apart; 2 missing/);
  });

  it('says which published file a network is', async () => {
    const { sha256 } = modelNamed(readManifest(), 'vgg16');
    await writeRun(
      join(folder, 'zoo'),
      { ...IMAGENET, networks: [{ name: 'vgg16', paper: 'VGG-16', sha256 }] },
      { 'table.csv': localizationCsv(VGG16, IMAGENET.label, 50_000) },
    );
    expect((await check('zoo')).stdout).toContain(
      'vgg16 as VGG-16: VGG-16, trained with MXNet; same topology',
    );
    expect((await check('paper')).stdout).toContain('as VGG-16: a file that bench fetch does not know');
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await check('paper', '--json');
    const { data, tolerance, values } = JSON.parse(stdout);
    expect([data.provenance, tolerance, values.length]).toEqual(['imagenet-val', 2, 10]);
    expect(values[0]).toMatchObject({ measure: 'cls_top1_error', published: 30.38, verdict: 'within' });
    expect(JSON.parse(stdout)).toMatchObject({ passed: true, by: 'paper' });
    const apart = await check('apart', '--json');
    expect(apart.status).toBe(1);
    expect(JSON.parse(apart.stdout)).toMatchObject({ passed: false, by: 'paper' });
  });

  it('is an alternative to --baseline', async () => {
    for (const args of [
      ['check', 'paper'],
      ['check', 'paper', '--paper', '--baseline', 'paper'],
    ])
      expect((await bench(folder, args)).status).toBe(2);
  });
});

describe('a part of the data', () => {
  const label = 'sample of ImageNet val (not the whole set)';
  const ids = Array.from({ length: 200 }, (_, i) => `ILSVRC2012_val_${String(7 * i + 1).padStart(8, '0')}`);
  const rows: readonly MadeRow[] = [{ network: 'vgg16', method: 'grad-cam', errors: [30, 11, 56, 46] }];
  const part = (
    name: string,
    images: readonly string[],
    files: Readonly<Record<string, string>> = { 'images.csv': imagesCsv(rows, images) },
  ) =>
    writeRun(
      join(folder, name),
      {
        ...IMAGENET,
        label,
        provenance: 'imagenet-subset',
        images: images.length,
        networks: NETWORKS,
        failed: 3,
      },
      { 'table.csv': localizationCsv(rows, label, images.length), ...files },
    );

  it('is said above and below the table', async () => {
    await part('part', ids);
    const { status, stdout } = await check('part');
    expect(status).toBe(0);
    expect(stdout.match(/PART OF THE DATA: 200 of 50,000 images/g)).toHaveLength(2);
    expect(stdout).toContain('3 images could not be read and count nowhere.');
  });

  it('is ImageNet’s by the names of its images, or refused', async () => {
    await part('foreign', ids.with(9, 'ILSVRC2012_val_00050001'));
    const foreign = await check('foreign');
    expect([foreign.status, foreign.stdout]).toEqual([1, '']);
    expect(foreign.stderr).toBe(
      'bench: foreign: image ILSVRC2012_val_00050001 is none of ImageNet val; no published value is of these\n',
    );
    await part('nameless', ids, {});
    expect((await check('nameless')).stderr).toContain('recognised by images.csv, which is not there');
  });
});

describe('data that nothing is published of', () => {
  it('a run of the demonstration is refused, whatever its networks are called', async () => {
    await makeWorld(folder);
    await bench(folder, ['run', 'world.yaml', '--out', 'world']);
    const { status, stdout, stderr } = await check('world');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'bench: world: the run is of demonstration (not ImageNet); no published value is of these\n',
    );
    // The table still says what it is when somebody changes run.json.
    const file = join(folder, 'world', 'run.json');
    const run = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...run, data: { ...run.data, ...IMAGENET } }));
    expect((await check('world')).stderr).toContain(
      'a table is of demonstration (not ImageNet), run.json of ILSVRC-15 val',
    );
  });

  it.each<[string, object, RegExp]>([
    ['other classes', { classes: 20 }, /20 classes in place of 1,000/],
    ['too many images', { images: 60_000 }, /60,000 images in place of 50,000/],
    [
      'another split',
      { dataset: { name: 'imagenet', split: 'train' } },
      /of imagenet train, published are imagenet val/,
    ],
    [
      'another data set',
      { dataset: { name: 'voc', year: 2012 } },
      /of voc 2012 val, published are imagenet val/,
    ],
    ['another experiment', { experiment: { name: 'wsol' } }, /nothing is published of the experiment wsol/],
    [
      'no published network',
      { networks: [{ name: 'vgg16' }] },
      /no published value was compared; model\.paper/,
    ],
  ])('is refused: %s', async (name, change, message) => {
    await writeRun(
      join(folder, name),
      { ...IMAGENET, networks: NETWORKS, ...change },
      { 'table.csv': localizationCsv(VGG16, IMAGENET.label, 50_000) },
    );
    const { status, stderr } = await check(name);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('a network of the demonstration is refused on ImageNet, too', async () => {
    const models = JSON.parse(await readFile(join(PACKAGE, 'models', 'quickstart', 'models.json'), 'utf8'));
    const networks = [{ name: 'vgg16', paper: 'VGG-16', sha256: models.vgg16.sha256 }];
    await writeRun(
      join(folder, 'small'),
      { ...IMAGENET, networks },
      { 'table.csv': localizationCsv(VGG16, IMAGENET.label, 50_000) },
    );
    expect((await check('small')).stderr).toBe(
      'bench: small: network vgg16 is a small one of the demonstration, not VGG-16\n',
    );
  });

  it('a folder without run.json is refused', async () => {
    const { status, stderr } = await check(join('paper', 'table.csv'));
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('--paper needs the folder of a finished bench run'),
    ]);
  });
});

describe('bench check --paper: other experiments', () => {
  const VOC07 = {
    dataset: { name: 'voc', year: 2007 },
    provenance: 'voc',
    label: 'Pascal VOC',
    images: 4952,
    classes: 20,
  };
  const pointingHead = [
    'data',
    'network',
    'method',
    'layer',
    'subset',
    'n',
    'cues',
    'classes',
    'pointing_accuracy',
    'pointing_accuracy_low',
    'pointing_accuracy_high',
    'energy_inside',
    'energy_inside_low',
    'energy_inside_high',
    'published',
    'published_on',
  ];
  const pointingLine = (method: string, subset: string, value: number, label = 'Pascal VOC') => [
    label,
    'net',
    method,
    'relu5_3',
    subset,
    '4952',
    '7000',
    '20',
    String(value),
    String(value - 1),
    String(value + 1),
    '50',
    '49',
    '51',
    '',
    '',
  ];

  it('the pointing game on VOC07: all and difficult', async () => {
    const lines = [
      pointingLine('grad-cam', 'all', 86.1),
      pointingLine('grad-cam', 'difficult', 71.5),
      pointingLine('center', 'all', 69.6),
    ];
    await writeRun(
      join(folder, 'pointing'),
      { ...VOC07, experiment: { name: 'pointing', top: 0 }, networks: [{ name: 'net', paper: 'VGG-16' }] },
      { 'table.csv': csvLines([pointingHead, ...lines]) },
    );
    const { status, stdout } = await check('pointing');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /grad-cam, relu5_3 +all +86\.10 \(85\.1–87\.1\) +86\.60 +TorchRay +−0\.50 +within/,
    );
    expect(stdout).toMatch(/grad-cam, relu5_3 +difficult +71\.50 .* 74\.00 +TorchRay +−2\.50 +apart/);
    expect(stdout).toMatch(/\ncenter +difficult +– +42\.40 +TorchRay +– +missing/);
  });

  it('the pointing game with a reject option: the best point of the curve', async () => {
    const COCO = {
      dataset: { name: 'coco' },
      provenance: 'coco',
      label: 'COCO',
      images: 40_504,
      classes: 80,
    };
    const reject = [
      [
        'data',
        'network',
        'method',
        'layer',
        'n',
        'guesses',
        'threshold',
        'rejected',
        'accuracy',
        'low',
        'high',
      ],
      ...[60, 71.2, 40].map((accuracy, i) => [
        'COCO',
        'net',
        'grad-cam',
        'pool5',
        '40504',
        '9',
        String(i),
        '0',
        String(accuracy),
        String(accuracy - 1),
        String(accuracy + 1),
      ]),
    ];
    const files = {
      'table.csv': csvLines([pointingHead, pointingLine('grad-cam', 'all', 50, 'COCO')]),
      'reject.csv': csvLines(reject),
    };
    const run = { ...COCO, networks: [{ name: 'net', paper: 'GoogLeNet' }] };
    await writeRun(join(folder, 'reject'), { ...run, experiment: { name: 'pointing', top: 5 } }, files);
    expect((await check('reject')).stdout).toMatch(
      /grad-cam, best threshold .* top5 reject +71\.20 \(70\.2–72\.2\) +70\.58 .* \+0\.62 +within/,
    );
    // The curve of another number of guesses is another measure.
    await writeRun(join(folder, 'reject2'), { ...run, experiment: { name: 'pointing', top: 2 } }, files);
    expect((await check('reject2')).stdout).toMatch(/grad-cam +top5 reject +– +70\.58 .* missing/);
  });

  it('the rank correlation: a point is 0.01 of ρ', async () => {
    const head = [
      'data',
      'network',
      'method',
      'layer',
      'measure',
      'unit',
      'n',
      'value',
      'low',
      'high',
      'published',
      'published_on',
    ];
    const line = (value: string) => [
      'Pascal VOC',
      'net',
      'grad-cam',
      'relu5_3',
      'rank_correlation',
      'ρ',
      '2510',
      value,
      '0.2400',
      '0.2600',
      '',
      '',
    ];
    const run = {
      ...VOC07,
      dataset: { name: 'voc', root: '/VOCdevkit/VOC2007', split: 'val' },
      images: 2510,
      experiment: { name: 'occlusion-correlation' },
      networks: [{ name: 'net', paper: 'VGG-16' }],
    };
    await writeRun(join(folder, 'rho'), run, { 'table.csv': csvLines([head, line('0.2500')]) });
    const { status, stdout } = await check('rho', '--tolerance', '0.5');
    expect(status).toBe(0);
    expect(stdout).toMatch(/rank correlation +0\.250 \(0\.240–0\.260\) +0\.254 +paper +−0\.40 +within/);
    expect(stdout).toContain('A point of a correlation is 0.01 of ρ.');
    expect((await check('rho', '--tolerance', '0.3')).status).toBe(1);
  });

  it('segmentation: masks after SEC, never the raw seeds', async () => {
    const VOC12 = {
      ...VOC07,
      dataset: { name: 'voc', year: 2012, task: 'segmentation' },
      images: 1449,
      experiment: { name: 'segmentation' },
    };
    const seeds = [
      ['data', 'network', 'method', 'layer', 'threshold', 'n', 'mean_iou', 'low', 'high'],
      ['Pascal VOC', 'vgg16', 'grad-cam', 'relu5_3', '0.2', '1449', '49.6', '49', '50'],
    ];
    const networks = [{ name: 'vgg16', paper: 'VGG-16' }];
    await writeRun(join(folder, 'seeds'), { ...VOC12, networks }, { 'table.csv': csvLines(seeds) });
    const raw = await check('seeds');
    expect(raw.status).toBe(1);
    expect(raw.stdout).toMatch(/grad-cam +mean iou +– +49\.60 .* missing/);
    const sec = [
      ['data', 'network', 'labels', 'crf', 'n', 'mean_iou', 'low', 'high'],
      ...(
        [
          ['none', 'yes', 48.9],
          ['given', 'yes', 60],
          ['none', 'no', 40],
        ] as const
      ).map(([labels, crf, value]) => [
        'Pascal VOC',
        'sec-grad-cam',
        labels,
        crf,
        '1449',
        String(value),
        '48',
        '50',
      ]),
    ];
    await writeRun(
      join(folder, 'sec'),
      { ...VOC12, networks: [{ name: 'sec-grad-cam', paper: 'VGG-16' }] },
      { 'table.csv': csvLines(seeds), 'segmenters.csv': csvLines(sec) },
    );
    const { status, stdout } = await check('sec');
    expect(status).toBe(0);
    expect(stdout).toMatch(/grad-cam, after SEC +mean iou +48\.90 .* 49\.60 +paper +−0\.70 +within/);
  });
});
