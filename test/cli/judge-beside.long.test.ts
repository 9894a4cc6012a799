import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { DATA, judgeWorld } from './judge-world.js';
import { bench } from './world.js';

/* Maps in files, through the commands: bench maps writes them, bench judge and bench run judge them. */

const world = judgeWorld();
const { text, ownCopy } = world;
let folder: string;
beforeAll(() => {
  folder = world.folder();
});

describe('maps beside a network that runs', { timeout: 300_000 }, () => {
  it('are compared with it image by image', async () => {
    await ownCopy('theirs');
    await writeFile(
      join(folder, 'both.yaml'),
      [
        'dataset: { name: imagenet, root: data }',
        'localization: { threshold: 0.3, top: [1, 2] }',
        'networks:',
        '  - { name: ours, model: { onnx: colors.onnx, input: { size: 16, scale: 1/255 } }, methods: [grad-cam] }',
        '  - { name: theirs, maps: { folder: theirs, frame: input }, model: { input: { size: 16 } } }',
      ].join('\n'),
    );
    const { status, stdout } = await bench(folder, ['run', 'both.yaml', '--out', 'both']);
    expect(status).toBe(0);
    expect(stdout).toContain('localization error of rows of different networks, on the same images:');
    const [head, ...rows] = parseCsv(await text('both', 'across.csv'));
    const cell = (row: string[], name: string) => row[head!.indexOf(name)];
    expect(
      rows.map((row) =>
        ['network_a', 'network_b', 'top', 'n', 'difference', 'p'].map((name) => cell(row, name)),
      ),
    ).toEqual([
      ['ours', 'theirs', '1', '12', '0.0000', '1.000000'],
      ['ours', 'theirs', '2', '12', '0.0000', '1.000000'],
    ]);
  });

  it('name their own keys when they are wrong', async () => {
    const stderr = async (network: string) => {
      const config = `dataset: { name: imagenet, root: data }\nnetworks: [${network}]\n`;
      await writeFile(join(folder, 'bad.yaml'), config);
      return (await bench(folder, ['run', 'bad.yaml'])).stderr;
    };
    expect(await stderr('{ name: x, maps: { frame: image } }')).toBe(
      'bench: bad.yaml: networks.0.maps.folder is missing: the folder of the maps\n',
    );
    expect(await stderr('{ name: x, maps: { folder: maps, frame: crop } }')).toContain(
      'networks.0.maps.frame: expected one of image, input, got "crop"',
    );
    expect(await stderr('{ name: x, maps: { folder: maps }, model: { layer: relu1 } }')).toContain(
      'network `x`: model.layer: maps have no model that runs; of its keys, they take input and paper',
    );
    expect(
      await stderr(
        '{ model: { onnx: colors.onnx, input: { size: 16 } }, methods: [{ name: cam, folder: x }] }',
      ),
    ).toContain('network `colors`: cam: folder is a subfolder of maps; this network has none');
  });
});

describe('bench leaderboard', { timeout: 300_000 }, () => {
  it('ranks the rows of several results, equal ones at one rank', async () => {
    await bench(folder, [
      'judge',
      'maps/colors',
      ...DATA,
      '--out',
      'board',
      '--set',
      'localization.threshold=0.3',
    ]);
    const { status, stdout } = await bench(folder, ['leaderboard', 'plain', 'board', '--format', 'csv']);
    expect(status).toBe(0);
    const [head, ...rows] = parseCsv(stdout);
    const cells = (name: string) => rows.map((row) => row[head!.indexOf(name)]);
    // Three methods each, and the centre box once.
    expect(cells('method').filter((method) => method === 'center-box')).toHaveLength(1);
    expect(rows).toHaveLength(7);
    expect(cells('rank')[0]).toBe('1');
    expect(cells('rank')[1]).toBe('1');
    const markdown = await bench(folder, [
      'leaderboard',
      'plain',
      'board/images.csv',
      '--format',
      'markdown',
    ]);
    expect(markdown.stdout).toMatch(/^\| rank \| range \| result \|/);
    expect(markdown.stdout).toContain("McNemar's exact test of each pair, adjusted by Holm's procedure");
  });

  it('refuses results on other images, judged otherwise, or of other experiments', async () => {
    await bench(folder, ['run', 'world.yaml', '--out', 'fewer', '--limit', '9']);
    const fewer = await bench(folder, ['leaderboard', 'plain', 'fewer']);
    expect([fewer.status, fewer.stderr]).toEqual([
      1,
      'bench: fewer has 9 images, the first 12: ILSVRC2012_val_00000010 is not in fewer; a leaderboard is of results on the same images\n',
    ]);
    await bench(folder, ['run', 'world.yaml', '--out', 'strict', '--set', 'localization.iou=0.7']);
    expect((await bench(folder, ['leaderboard', 'plain', 'strict'])).stderr).toMatch(
      /^bench: plain and strict are not judged alike: IoU 0\.5, .*, and IoU 0\.7, /,
    );
    expect((await bench(folder, ['leaderboard', 'plain', '--measure', 'loc_top9_error'])).stderr).toContain(
      'plain: no column loc_top9_error; it has cls_top1_error, cls_top2_error, loc_top1_error, loc_top2_error',
    );
  });
});
