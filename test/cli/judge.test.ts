import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpz, writeNpz } from '../../src/maps/npz.js';
import { parseCsv } from '../../src/report/csv.js';
import { COUNT, DATA, judgeWorld } from './judge-world.js';
import { bench, imageId } from './world.js';

/* Maps in files, through the commands: bench maps writes them, bench judge and bench run judge them. */

const world = judgeWorld();
const { text, ownCopy } = world;
let folder: string;
beforeAll(() => {
  folder = world.folder();
});

async function rowsOf(out: string): Promise<Record<string, string>[]> {
  const [head, ...rows] = parseCsv(await text(out, 'table.csv'));
  return rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
}

describe('bench maps', { timeout: 300_000 }, () => {
  it('writes maps whose judgement is the run, byte for byte', async () => {
    const { status, stdout } = await bench(folder, ['run', join('maps', 'judge.yaml'), '--out', 'judged']);
    expect(status).toBe(0);
    expect(stdout).toContain('colors   grad-cam');
    for (const file of ['table.csv', 'images.csv', 'pairs.csv']) {
      expect(await text('judged', file)).toBe(await text('plain', file));
    }
  });

  it('does not do again what is there, and refuses maps of something else', async () => {
    await rm(join(folder, 'maps', 'colors', 'cam', `${imageId(3)}.npz`));
    const before = await readFile(join(folder, 'maps', 'colors', 'cam', `${imageId(2)}.npz`));
    const again = await bench(folder, ['maps', 'world.yaml', '--out', 'maps']);
    expect(again.stdout).toContain('maps of 1 image in maps/colors; 11 were there');
    expect(await readFile(join(folder, 'maps', 'colors', 'cam', `${imageId(2)}.npz`))).toEqual(before);
    const other = await bench(folder, ['maps', 'world.yaml', '--out', 'maps', '--set', 'model.layer=conv1']);
    expect([other.status, other.stderr]).toEqual([
      1,
      expect.stringContaining('maps of another model, program or configuration; choose another --out'),
    ]);
  });

  it('writes no maps of experiments that need more than maps', async () => {
    const { status, stderr } = await bench(folder, [
      'maps',
      'world.yaml',
      '--out',
      'no',
      '--set',
      'experiment=sanity',
    ]);
    expect(status).toBe(1);
    expect(stderr).toBe(
      'bench: the experiment sanity must run the network itself; maps alone are judged by localization, wsol, segmentation, failure-analysis, pointing\n',
    );
  });
});

describe('bench judge', { timeout: 300_000 }, () => {
  it('judges a folder without any configuration, as the folder says of itself', async () => {
    const { status, stderr } = await bench(folder, ['judge', 'maps/colors', ...DATA, '--out', 'simple']);
    expect(status).toBe(0);
    expect(stderr).toContain(
      "network `colors`: maps of 16x16 as .npz, over the network's input (warp, 16x16); enlarged or reduced as our own are: bilinear, half-pixel centres",
    );
    const rows = await rowsOf('simple');
    expect(rows.map(({ method, layer }) => [method, layer])).toEqual([
      ['grad-cam', 'relu1'],
      ['cam', 'relu1'],
      ['backprop', 'input'],
      ['center-box', ''],
    ]);
    expect(rows.every(({ n }) => n === String(COUNT))).toBe(true);
  });

  it('gives the same bytes whatever the batch, and in shards', async () => {
    await ownCopy('mine');
    const out = (name: string, ...more: string[]) =>
      bench(folder, ['judge', 'mine', ...DATA, '--out', name, ...more]);
    expect((await out('b1', '--batch', '1')).status).toBe(0);
    await out('b5', '--batch', '5');
    await out('parts', '--shard', '1/2');
    await out('parts', '--shard', '2/2');
    await bench(folder, ['merge', 'parts/shard-1-of-2', 'parts/shard-2-of-2', '--out', 'merged']);
    for (const file of ['table.csv', 'images.csv', 'pairs.csv', 'run.json']) {
      const first = await text('b1', file);
      const same = (other: string) => other.replace(/"batch": \d+/, '"batch": 1');
      expect(same(await text('b5', file))).toBe(same(first));
      expect(same(await text('merged', file))).toBe(same(first));
    }
  });

  it('goes on from its journal, and refuses it when a map is another', async () => {
    const mine = await ownCopy('resumed');
    const judge = ['judge', 'resumed', ...DATA, '--out', 'resumed-out'];
    await bench(folder, judge);
    expect((await bench(folder, judge)).stderr).toContain('12 of 12 are there');
    const path = join(mine, `${imageId(0)}.npz`);
    const { maps } = Object.fromEntries(await readNpz(await readFile(path), path, ['maps'], 1e6));
    expect(maps!.shape).toEqual([2, 16, 16]);
    await cp(join(mine, `${imageId(1)}.npz`), path);
    const changed = await bench(folder, judge);
    expect(changed.status).toBe(1);
    expect(changed.stderr).toMatch(/holds another run: model resumed\..*model resumed\.sha256 was/);
  });

  it('lists an image without maps and counts it as wrong, or leaves it out', async () => {
    const mine = await ownCopy('lacking');
    await rm(join(mine, `${imageId(4)}.npz`));
    await writeFile(join(mine, `${imageId(7)}.npz`), 'PK');
    const whole = await bench(folder, ['judge', 'lacking', ...DATA, '--out', 'wrong']);
    expect(whole.status).toBe(0);
    expect(whole.stderr).toContain('2 images without maps that were asked for, which count as wrong:');
    expect(whole.stderr).toContain(`${imageId(4)}: no maps in ${mine}`);
    expect(whole.stderr).toMatch(new RegExp(`${imageId(7)}: .*${imageId(7)}\\.npz: a damaged zip file: `));
    const [row] = await rowsOf('wrong');
    const [plain] = await rowsOf('plain');
    const wrong = (one: Record<string, string>, name: string) =>
      Math.round((Number(one[name]) * Number(one.n)) / 100);
    // All of them were classified right.
    expect(wrong(plain!, 'cls_top1_error')).toBe(0);
    expect([row!.n, row!.n_loc, wrong(row!, 'cls_top1_error')]).toEqual(['12', '12', 2]);
    const { networks } = JSON.parse(await text('wrong', 'run.json'));
    expect(networks[0].missing_maps.map(({ id }: { id: string }) => id)).toEqual([imageId(4), imageId(7)]);

    const partial = await bench(folder, ['judge', 'lacking', ...DATA, '--out', 'partial', '--partial']);
    expect(partial.status).toBe(0);
    expect(partial.stderr).toContain(
      '2 images without maps that were asked for, which are left out (--partial):',
    );
    const [left] = await rowsOf('partial');
    expect([left!.n, wrong(left!, 'cls_top1_error')]).toEqual(['10', 0]);
    expect(JSON.parse(await text('partial', 'run.json')).networks[0].left_out).toHaveLength(2);
  });

  it('judges PNG maps by the classes in their names, once something ranks them', async () => {
    await mkdir(join(folder, 'pictures'));
    const raw = { raw: { width: 2, height: 2, channels: 1 } } as const;
    const picture = await sharp(Uint8Array.of(255, 0, 0, 0), raw)
      .toColourspace('b-w')
      .png()
      .toBuffer();
    for (let i = 0; i < COUNT; i++) {
      for (const c of [0, 1]) await writeFile(join(folder, 'pictures', `${imageId(i)}.${c}.png`), picture);
    }
    const judge = ['judge', 'pictures', ...DATA, '--out', 'pictures-out', '--overlays', '1'];
    expect((await bench(folder, judge)).stderr).toContain(
      'no scores say which class is the best guess: write `scores`, or predictions.csv',
    );
    const lines = Array.from({ length: COUNT }, (_, i) => `${imageId(i)},n90000001,2\n${imageId(i)},1,1\n`);
    await writeFile(join(folder, 'pictures', 'predictions.csv'), `image,class,score\n${lines.join('')}`);
    const { status } = await bench(folder, judge);
    expect(status).toBe(0);
    const [row] = await rowsOf('pictures-out');
    // A third of the images is of the first class.
    expect([row!.network, row!.method, row!.cls_top1_error]).toEqual(['pictures', 'maps', '66.6667']);
    expect(await readdir(join(folder, 'pictures-out', 'overlays', 'pictures'))).not.toEqual([]);
  });

  it('says in one line what cannot be judged', async () => {
    const refused = async (...args: string[]) => {
      const { stderr } = await bench(folder, ['judge', ...args]);
      return stderr.split('\n').filter((line) => line.startsWith('bench: '));
    };
    expect(await refused('nowhere', ...DATA)).toEqual([
      expect.stringMatching(/^bench: network `nowhere`: there is no folder .*nowhere$/),
    ]);
    await mkdir(join(folder, 'empty'), { recursive: true });
    expect(await refused('empty', ...DATA)).toEqual([
      expect.stringMatching(
        /: no maps of any of the 12 images; expected files such as ILSVRC2012_val_00000001\.npz$/,
      ),
    ]);
    await mkdir(join(folder, 'lies'), { recursive: true });
    for (let i = 0; i < 4; i++) {
      await writeFile(
        join(folder, 'lies', `${imageId(i)}.npz`),
        writeNpz({ maps: Buffer.from('no array at all') }),
      );
    }
    expect(await refused('lies', ...DATA)).toEqual([
      expect.stringMatching(/ILSVRC2012_val_00000001\.npz: `maps`: not a NumPy array file$/),
    ]);
    expect(await refused('maps/colors', ...DATA, '--experiment', 'adversarial')).toEqual([
      expect.stringContaining(
        'network `colors` is a folder of maps: the experiment adversarial must run the network',
      ),
    ]);
    expect(await refused('maps/colors', '--dataset', 'data')).toEqual([
      'bench: --dataset: expected NAME:FOLDER such as imagenet:/data/imagenet, got data (bench --help shows how)',
    ]);
    expect((await bench(folder, ['run', 'world.yaml', '--partial'])).stderr).toContain(
      '--partial is for networks that are folders of maps; this configuration has none',
    );
  });
});
