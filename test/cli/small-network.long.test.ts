import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './kill.js';
import { emptied, queueUrl } from './redis.js';
import { bench } from './world.js';

const url = queueUrl(3);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'small-'));
  await cp(fileURLToPath(new URL('../cases/small-network', import.meta.url)), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');
const NOTE = 'localization.top: network `probe3` has 3 classes: top-1, top-3 in the place of top-1, top-5\n';

describe('a network with three classes', () => {
  it('has the top-1 and the top-3 errors, in every file, and again when the run goes on', async () => {
    const args = ['run', 'run.yaml', '--out', 'whole'];
    const { status, stderr, stdout } = await bench(folder, args);
    expect(status).toBe(0);
    expect(stderr.startsWith(NOTE)).toBe(true);
    expect(stdout).toContain('loc top-3');
    const table = await read('whole', 'table.csv');
    expect(table).toContain('loc_top3_error');
    expect(table).not.toContain('top5');
    expect((await read('whole', 'images.csv')).split('\n')[0]).toMatch(
      /cls_top1_error,cls_top3_error,loc_top1_error,/,
    );
    expect(JSON.parse(await read('whole', 'run.json')).config.localization.top).toEqual([1, 3]);
    const again = await bench(folder, args);
    expect(again.stderr).toContain('going on in whole: 2 of 2 are there');
    expect(await read('whole', 'table.csv')).toBe(table);
  });

  it('has them in shards that are merged, and results that compare', async () => {
    for (const shard of ['1/2', '2/2'])
      await bench(folder, ['run', 'run.yaml', '--out', 'parts', '--shard', shard]);
    const shards = ['parts/shard-1-of-2', 'parts/shard-2-of-2'];
    expect((await bench(folder, ['merge', ...shards, '--out', 'merged'])).status).toBe(0);
    for (const file of ['table.csv', 'images.csv', 'pairs.csv']) {
      expect(await read('merged', file)).toBe(await read('whole', file));
    }
    const { stdout, status } = await bench(folder, ['check', 'merged', '--baseline', 'whole']);
    expect(stdout).toContain('8 errors compared image by image, 0 not as good');
    expect(status).toBe(0);
  });

  it.skipIf(url === undefined)('has them through the queue, whoever gives the configuration', async () => {
    await emptied(url);
    for (const [out, own] of [
      ['queued', []],
      ['own', ['run.yaml']],
    ] as const) {
      const worker = start(folder, ['worker', ...own, '--queue', url!]);
      const { status, stderr } = await bench(folder, ['run', 'run.yaml', '--out', out, '--queue', url!]);
      expect(stderr.startsWith(NOTE)).toBe(true);
      expect(status).toBe(0);
      expect(await worker.ended).toMatchObject({ code: 0 });
      for (const file of ['table.csv', 'images.csv'])
        expect(await read(out, file)).toBe(await read('whole', file));
    }
  });

  it('has no more guesses to reject in the pointing game', async () => {
    const { status, stderr } = await bench(folder, [
      'run',
      'run.yaml',
      '--out',
      'pointing',
      '--set',
      'experiment=pointing',
    ]);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^experiment\.top: network `probe3` has 3 classes: the best 3 guesses in the place of 5\n/,
    );
    expect(await read('pointing', 'reject.csv')).toContain('probe3,grad-cam,r,2,6,');
  });

  it('is explained for all of its classes where more are asked for', async () => {
    const image = 'voc/VOCdevkit/VOC2012/JPEGImages/k_two.jpg';
    const args = ['explain', image, '--config', 'run.yaml', '--method', 'grad-cam', '--top', '5'];
    const { status, stdout, stderr } = await bench(folder, args);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^--top 5: the network has 3 classes: all of them are explained\n/);
    expect(stdout.match(/grad-cam at r/g)).toHaveLength(3);
  });
});
