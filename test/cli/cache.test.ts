import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../src/base/errors.js';
import { cacheEntries, clearCache } from '../../src/fetch/cache-contents.js';
import { bench, makeWorld } from './world.js';

const folders: string[] = [];
let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cache-'));
  folders.push(folder);
  cache = join(folder, 'cache');
});
afterAll(async () => {
  for (const one of folders) await rm(one, { recursive: true });
});

async function file(path: string, bytes: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes));
}
const DOWNLOAD = '0123456789ab';
const GRAPH = 'c'.repeat(64);

/** A cache with one download and one graph, beside things of others. */
async function filled(): Promise<void> {
  await file(join(cache, 'models', DOWNLOAD, 'vgg16.onnx'), 3_000_000);
  await file(join(cache, 'models', DOWNLOAD, 'vgg16.card.json'), 100);
  await file(join(cache, 'models', 'mine', 'own.onnx'), 10);
  await file(join(cache, 'compiled', GRAPH, 'main.onnx'), 500_000);
  await file(join(cache, 'compiled', 'notes.txt'), 10);
  await file(join(cache, 'other.txt'), 10);
}

describe('bench cache', () => {
  it('lists what is there with its size, and clears one part, then all', async () => {
    await filled();
    const env = { BENCH_CACHE: cache };
    const listed = await bench(folder, ['cache'], env);
    expect(listed.stdout).toContain(`${cache}: 3.5 MB\n`);
    expect(listed.stdout).toMatch(/^downloads +vgg16\.onnx +3\.0 MB$/m);
    expect(listed.stdout).toMatch(/^compiled +1 graph, at most 4295 MB are kept +0\.5 MB$/m);
    const cleared = await bench(folder, ['cache', '--clear', 'compiled'], env);
    expect(cleared).toMatchObject({ status: 0, stderr: '' });
    expect(cleared.stdout).toBe(`${cache}: removed 0 downloads, 1 compiled (0.5 MB)\n`);
    expect((await bench(folder, ['cache', '--clear', 'all'], env)).stdout).toContain(
      'removed 1 downloads, 0',
    );
    // What this program did not make stays.
    const names = (await readdir(cache, { recursive: true })).sort();
    expect(names).toEqual(
      ['compiled', 'compiled/notes.txt', 'models', 'models/mine', 'models/mine/own.onnx', 'other.txt'].map(
        (name) => join(name),
      ),
    );
    expect((await bench(folder, ['cache'], env)).stdout).toBe(`${cache}: nothing is there\n`);
  });

  it('is emptied of what a run compiled, and the next run gives the same', async () => {
    await makeWorld(folder, 3);
    const run = (out: string) => bench(folder, ['run', 'world.yaml', '--out', out], { BENCH_CACHE: cache });
    const first = await run('a');
    expect(first.status).toBe(0);
    expect((await cacheEntries(cache)).map(({ part }) => part)).toEqual(['compiled']);
    await bench(folder, ['cache', '--clear', 'all'], { BENCH_CACHE: cache });
    expect(await cacheEntries(cache)).toEqual([]);
    const table = (text: string) => text.split('\n').filter((line) => line.includes('grad-cam'));
    expect(table((await run('b')).stdout)).toEqual(table(first.stdout));
  });

  it('follows no link out of the folder', async () => {
    const outside = join(folder, 'outside');
    await file(join(outside, GRAPH, 'main.onnx'), 10);
    await file(join(outside, 'weights.onnx'), 10);
    await mkdir(join(cache, 'models', DOWNLOAD), { recursive: true });
    await symlink(outside, join(cache, 'compiled'));
    await symlink(outside, join(cache, 'models', 'ffffffffffff'));
    await symlink(join(outside, 'weights.onnx'), join(cache, 'models', DOWNLOAD, 'linked.onnx'));
    const { removed } = await clearCache(cache, ['downloads', 'compiled']);
    expect(removed.map(({ path }) => path)).toEqual([join(cache, 'models', DOWNLOAD)]);
    expect((await readdir(outside, { recursive: true })).sort()).toEqual(
      [GRAPH, join(GRAPH, 'main.onnx'), 'weights.onnx'].sort(),
    );
  });

  it('takes what an interrupted removal left', async () => {
    await filled();
    const rest = [
      join(cache, 'compiled', `${GRAPH}.removed-12`),
      join(cache, 'models', `${DOWNLOAD}.removed-7`),
    ];
    for (const one of rest) await file(join(one, 'half.onnx'), 10);
    await file(join(cache, 'models', 'mine.removed-7', 'own.onnx'), 10);
    const paths = (await cacheEntries(cache)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(rest));
    expect(paths).toHaveLength(4);
    expect((await clearCache(cache, ['downloads', 'compiled'])).removed).toHaveLength(4);
    expect((await readdir(cache, { recursive: true })).filter((name) => name.includes('removed-'))).toEqual(
      ['mine.removed-7', join('mine.removed-7', 'own.onnx')].map((name) => join('models', name)),
    );
  });

  it.skipIf(process.getuid?.() === 0)('says which folder cannot be read', async () => {
    await filled();
    const inner = join(cache, 'models', DOWNLOAD, 'closed');
    await mkdir(inner);
    for (const closed of [join(cache, 'models'), join(cache, 'models', DOWNLOAD), inner]) {
      await chmod(closed, 0o300);
      const error = await cacheEntries(cache).catch((one: unknown) => one);
      await chmod(closed, 0o700);
      const where = closed === inner ? join(cache, 'models', DOWNLOAD) : closed;
      expect(error).toBeInstanceOf(BenchError);
      expect(String(error)).toContain(`${where}: cannot be read (EACCES`);
    }
  });

  it('leaves a download that another process is at, and takes one that was given up', async () => {
    await filled();
    const lock = join(cache, 'models', DOWNLOAD, 'vgg16.onnx.lock');
    await writeFile(lock, '');
    const { removed, left } = await clearCache(cache, ['downloads']);
    expect(removed).toEqual([]);
    expect(left).toEqual([`${join(cache, 'models', DOWNLOAD)} is left: another process is fetching it`]);
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock, longAgo, longAgo);
    expect((await clearCache(cache, ['downloads'])).removed).toHaveLength(1);
  });
});
