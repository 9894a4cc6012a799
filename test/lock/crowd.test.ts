import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/* Many processes that want the same lock at once, some of which are killed. */

const CROWD = fileURLToPath(new URL('./crowd.mjs', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const TIMES = 20;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-crowd-'));
});
afterEach(() => rm(folder, { recursive: true }));

function one(kill?: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CROWD, folder, DIST, String(TIMES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (kill !== undefined && said.split('\n').length > kill) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', () => resolve(said.trim().split('\n'))));
}

const count = (all: readonly (readonly string[])[], word: string) =>
  all.flat().filter((line) => line === word).length;

describe('a lock that many want', () => {
  it('is one process’s at a time, and each gets it', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => one()));
    expect(all.flat().filter((line) => line !== 'done')).toEqual([]);
    expect(count(all, 'done')).toBe(5 * TIMES);
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to the next at once when its holder is killed, and nothing is left of the dead', async () => {
    const killed = [3, 6, 9].map((kill) => one(kill));
    const lived = await Promise.all(Array.from({ length: 3 }, () => one()));
    await Promise.all(killed);
    expect(count(lived, 'done')).toBe(3 * TIMES);
    expect(lived.flat().filter((line) => line.startsWith('failed'))).toEqual([]);
    const left = (await readdir(folder)).filter((name) => name !== 'inside');
    expect(left.filter((name) => name !== '.lock' && !name.startsWith('.lock-'))).toEqual([]);
    await one();
    expect((await readdir(folder)).filter((name) => name !== 'inside')).toEqual([]);
  });
});
