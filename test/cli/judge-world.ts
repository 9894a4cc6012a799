import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { bench, makeWorld } from './world.js';

export const COUNT = 12;
export const DATA = ['--dataset', 'imagenet:data'];

/** A world whose run is in `plain` and whose maps are in `maps`; made before the tests of a file and removed behind them. */
export function judgeWorld() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-cli-judge-'));
    await makeWorld(folder, COUNT);
    await bench(folder, ['run', 'world.yaml', '--out', 'plain']);
    const { status } = await bench(folder, ['maps', 'world.yaml', '--out', 'maps']);
    expect(status).toBe(0);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));
  return {
    folder: () => folder,
    text: (...path: string[]) => readFile(join(folder, ...path), 'utf8'),
    /** A copy of the Grad-CAM maps, as another maker's: no maps.json beside. */
    ownCopy: async (name: string) => {
      await cp(join(folder, 'maps', 'colors', 'grad-cam'), join(folder, name), { recursive: true });
      return join(folder, name);
    },
  };
}
