import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shardRange } from '../../src/run/shard.js';
import { resultsIn } from './kill.js';
import { bench, breakImage, makeWorld } from './world.js';

const TWO = `
networks:
  - { name: first, model: { onnx: colors.onnx } }
  - { name: second, model: { onnx: colors.onnx }, methods: [cam] }
`;

let folder: string;
const shards = [1, 2, 3].map((index) => join('parts', `shard-${index}-of-3`));
const run = (...more: string[]) => bench(folder, ['run', 'world.yaml', '--allow-failures', ...more]);
const merge = (out: string, ...parts: string[]) => bench(folder, ['merge', ...parts, '--out', out]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-merge-'));
  await makeWorld(folder, 10);
  await appendFile(join(folder, 'world.yaml'), TWO);
  await breakImage(folder, 4);
  await run('--out', 'whole');
  for (const index of [1, 2, 3]) await run('--out', 'parts', '--shard', `${index}/3`, '--batch', `${index}`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the range of a shard', () => {
  it('is consecutive, and the shards share out every image once and evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 50 }), (images, count) => {
        let next = 0;
        for (let index = 1; index <= count; index++) {
          const { from, to } = shardRange({ index, count }, images);
          expect(from).toBe(next);
          expect([Math.floor(images / count), Math.ceil(images / count)]).toContain(to - from);
          next = to;
        }
        expect(next).toBe(images);
      }),
    );
  });
});

describe('bench merge', () => {
  it('gives the bytes of a run in one piece, whatever the order and the batch sizes', async () => {
    const { status, stdout, stderr } = await merge('merged', shards[2]!, shards[0]!, shards[1]!);
    expect(stderr).toContain('bench: 1 image could not be read');
    expect(status).toBe(1);
    expect(stdout).toMatch(/second +cam /);
    expect(await resultsIn(join(folder, 'merged'))).toEqual(await resultsIn(join(folder, 'whole')));
  });

  it('joins more shards than there are images', async () => {
    const names: string[] = [];
    for (let index = 1; index <= 4; index++) {
      const { status } = await run('--out', 'many', '--limit', '3', '--shard', `${index}/4`);
      expect(status).toBe(0);
      names.push(join('many', `shard-${index}-of-4`));
    }
    await run('--out', 'three', '--limit', '3');
    expect((await merge('many', ...names)).status).toBe(0);
    expect(await resultsIn(join(folder, 'many'))).toEqual(await resultsIn(join(folder, 'three')));
  });

  it('says which images and shards are missing', async () => {
    const { status, stderr } = await merge('none', shards[0]!, shards[2]!);
    expect(status).toBe(1);
    expect(stderr).toBe('bench: network `first`: 3 of 10 images are missing, 4–6 (shard-2-of-3 not given)\n');
  });

  it('says which shard is not complete', async () => {
    await run('--out', 'cut', '--shard', '2/3', '--batch', '1');
    const journal = join(folder, 'cut', 'shard-2-of-3', 'journal.jsonl');
    await truncate(journal, (await readFile(journal)).length - 1);
    const { stderr } = await merge('none', shards[0]!, join('cut', 'shard-2-of-3'), shards[2]!);
    expect(stderr).toMatch(
      /^bench: network `second`: 1 of 10 images are missing, 6 \(.*shard-2-of-3\/journal\.jsonl not complete\)\n$/,
    );
  });

  it('refuses an image that is there twice', async () => {
    await run('--out', 'other', '--shard', '2/2');
    const { stderr } = await merge('none', ...shards, join('other', 'shard-2-of-2'));
    expect(stderr).toMatch(
      /^bench: network `first`: image 6 is both in .*3.*journal\.jsonl and in .*2-of-2.*\n$/,
    );
    expect((await merge('none', shards[0]!, ...shards)).stderr).toContain('image 1 is both in');
  });

  it('refuses shards of different runs, and says in what they differ', async () => {
    await run('--out', 'loose', '--shard', '2/3', '--set', 'localization.iou=0.4');
    const { stderr } = await merge('none', shards[0]!, join('loose', 'shard-2-of-3'), shards[2]!);
    expect(stderr).toMatch(/^bench: .* are not of one run: localization\.iou was 0\.5, is 0\.4\n$/);
  });

  it('writes over no results, and needs journals', async () => {
    expect((await merge('whole', ...shards)).stderr).toMatch(/^bench: whole holds a run's journal/);
    expect((await merge('merged', ...shards)).stderr).toContain('are not written over');
    expect((await merge('none', 'data')).stderr).toMatch(/^bench: data: no journal\.jsonl of a run there/);
  });

  it('a shard goes on like any run, and only as that shard', async () => {
    expect((await run('--out', 'parts', '--shard', '1/3')).stderr).toContain('6 of 6 are there');
    const { status, stderr } = await run('--out', shards[0]!);
    expect([status, stderr]).toEqual([1, expect.stringContaining('shard.count was 3, is 1')]);
    for (const wrong of ['0/3', '4/3', '3', 'a/b', '1/0']) {
      expect((await run('--shard', wrong)).status).toBe(2);
    }
  });
});
