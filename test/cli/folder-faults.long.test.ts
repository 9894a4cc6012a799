import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contained, MOUNTS, NUMBERS } from '../lock/namespaces.js';
import { batchesIn, journalReaches, resultsIn, start } from './kill.js';
import { bench, makeWorld } from './world.js';

/* A run whose folder goes away, or that sleeps while another takes its folder over. */

const COUNT = 240;

let folder: string;
let undisturbed: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-folder-'));
  await makeWorld(folder, COUNT);
  await bench(folder, args('plain'));
  undisturbed = await resultsIn(join(folder, 'plain'));
});
afterAll(() => rm(folder, { recursive: true }));

const args = (out: string) => ['run', 'world.yaml', '--out', out, '--batch', '1'];

/** A run in the middle of its work. */
async function atWork(out: string, within?: typeof contained) {
  const running = start(folder, args(out), { within });
  await journalReaches(out, 10_000);
  return running;
}

/** What the files of a folder hold, and when they were written. */
async function snapshot(out: string): Promise<Record<string, readonly [string, number]>> {
  const found = await Promise.all(
    (await readdir(out)).map(async (name) => {
      const path = join(out, name);
      return [name, [await readFile(path, 'utf8'), (await stat(path)).mtimeMs]] as const;
    }),
  );
  return Object.fromEntries(found);
}

async function age(out: string): Promise<void> {
  const before = new Date(Date.now() - 121_000);
  await utimes(join(out, '.lock'), before, before);
}

describe.skipIf(!NUMBERS)('containers (skipped where unshare --pid is not allowed)', () => {
  it('a run that was paused, and whose folder another container took over, wakes up and ends', async () => {
    const out = join(folder, 'paused');
    const first = await atWork(out);
    first.kill('SIGSTOP');
    const refused = await start(folder, args(out), { within: contained }).ended;
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`process ${first.pid} on \\S+ writes there`)),
    ]);
    await age(out);
    const second = await start(folder, args(out), { within: contained }).ended;
    expect(second).toMatchObject({ code: 0, stderr: expect.stringMatching(/going on in .*: \d+ of 240/) });
    const written = await snapshot(out);
    first.kill('SIGCONT');
    const woken = await first.ended;
    expect(woken.code).toBe(1);
    expect(woken.stderr).toMatch(
      /bench: \S+: its lock was taken away while this process gave no sign of life \(stopped, or its machine slept\); it has written nothing since, and ends\n$/,
    );
    expect(await snapshot(out)).toEqual(written);
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('a run that wakes up while the other one is at work ends, and the other one goes on', async () => {
    const out = join(folder, 'both');
    const first = await atWork(out);
    first.kill('SIGSTOP');
    await age(out);
    const second = start(folder, args(out), { within: contained });
    const { size } = await stat(join(out, 'journal.jsonl'));
    await journalReaches(out, size + 5000);
    first.kill('SIGCONT');
    const woken = await first.ended;
    expect(woken.stderr).toMatch(/: process \d+ on \S+ has taken it over while this process gave no sign/);
    expect((await second.ended).code).toBe(0);
    expect(await resultsIn(out)).toEqual(undisturbed);
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('two of the same name and process number exclude each other', async () => {
    const out = join(folder, 'twins');
    // A method of many passes: it must be at work for a while.
    const slow = ['--set', 'methods=[grad-cam, occlusion]'];
    const first = start(folder, [...args(out), ...slow], { within: contained });
    await journalReaches(out, 5000);
    const { pid, host } = JSON.parse(await readFile(join(out, '.lock'), 'utf8'));
    const second = await start(folder, [...args(out), ...slow], { within: contained }).ended;
    expect(pid).toBe(1);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`process 1 on ${host} writes there`),
    ]);
    const { size } = await stat(join(out, 'journal.jsonl'));
    await journalReaches(out, size + 1);
    first.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
  });
});

describe('a folder of results that', () => {
  const ended = async (running: ReturnType<typeof start>) => {
    const began = Date.now();
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('bench: '))).toHaveLength(1);
    return { stderr, seconds: (Date.now() - began) / 1000 };
  };

  it('is moved: one line that says where it is now, and it can be gone on with there', async () => {
    const out = join(folder, 'moved');
    const running = await atWork(out);
    const there = join(folder, 'elsewhere');
    await rename(out, there);
    const { stderr, seconds } = await ended(running);
    expect(stderr).toMatch(/bench: \S+moved: it is not there any more \(moved, deleted or unmounted while/);
    if (process.platform === 'linux') expect(stderr).toContain(`what was written lies in ${there};`);
    expect(seconds).toBeLessThan(5);
    expect(await readdir(folder)).not.toContain('moved');
    const batches = await batchesIn(there);
    expect(batches).toBeLessThan(COUNT);
    expect((await bench(folder, args(there))).stderr).toContain(`: ${batches} of 240 are there`);
    expect(await resultsIn(there)).toEqual(undisturbed);
    expect((await readdir(there)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is deleted', async () => {
    const out = join(folder, 'deleted');
    const running = await atWork(out);
    // A file that is made meanwhile keeps a folder from being removed.
    await rename(out, `${out}.going`);
    await rm(`${out}.going`, { recursive: true });
    const { stderr } = await ended(running);
    expect(stderr).toMatch(/deleted: it is not there any more .*\); nothing more is done/);
    expect(await readdir(folder)).not.toContain('deleted');
  });

  it.each([
    ['an empty folder', async (out: string) => void (await mkdir(out))],
    ['a copy of itself', (out: string) => cp(`${out}.old`, out, { recursive: true })],
  ])('is replaced by %s', async (name, replace) => {
    const out = join(folder, `replaced-${name.length}`);
    const running = await atWork(out);
    await rename(out, `${out}.old`);
    await replace(out);
    const before = await readdir(out);
    const { stderr } = await ended(running);
    expect(stderr).toMatch(/: another folder is there now \(moved, deleted or unmounted/);
    expect(await readdir(out)).toEqual(before);
  });

  it('loses its lock by hand', async () => {
    const out = join(folder, 'unlocked');
    const running = await atWork(out);
    await rm(join(out, '.lock'));
    expect((await ended(running)).stderr).toContain('its lock was taken away');
  });

  it.skipIf(!MOUNTS).each([
    ['unmounted', 'umount -l', /it is not there any more/],
    ['covered by another disk', 'mount -t tmpfs none', /it is not there any more/],
  ])('is %s (skipped where mounting is not allowed)', async (name, command, words) => {
    const out = join(folder, `mount-${name.length}`);
    await mkdir(out);
    execFileSync('mount', ['-t', 'tmpfs', 'none', out]);
    try {
      const running = await atWork(join(out, 'run'));
      execFileSync('sh', ['-c', `${command} ${out}`]);
      expect((await ended(running)).stderr).toMatch(words);
    } finally {
      execFileSync('sh', ['-c', `while umount -l ${out} 2>/dev/null; do :; done`]);
    }
  });
});

describe('what a killed run has left', () => {
  it('is removed by the next one, whatever it was at', async () => {
    const out = join(folder, 'left');
    const running = await atWork(out);
    running.kill('SIGKILL');
    await running.ended;
    const dotted = (await readdir(out)).filter((name) => name.startsWith('.'));
    expect(dotted).toHaveLength(2);
    await writeFile(join(out, dotted.find((name) => name !== '.lock')!, 'table.csv'), 'half of it');
    // As earlier versions called them.
    const old = [
      '.table.csv.4711.tmp',
      'journal.jsonl.4711.tmp',
      '.lock.6f1b7a57-54c8-4aa2-a7f2-8b0a9a3c5a10',
    ];
    for (const name of old) await writeFile(join(out, name), 'half of it');
    await writeFile(join(out, '.mine.tmp'), 'kept');
    await bench(folder, args(out));
    expect(await resultsIn(out)).toEqual(undisturbed);
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual(['.mine.tmp']);
  });

  it('a refused run leaves alone what the one at work makes', async () => {
    const out = join(folder, 'alive');
    const running = await atWork(out);
    const [own] = (await readdir(out)).filter((name) => name.startsWith('.lock-'));
    await writeFile(join(out, own!, 'overlay.png'), 'half of it');
    running.kill('SIGSTOP');
    expect((await bench(folder, args(out))).status).toBe(1);
    running.kill('SIGCONT');
    expect(await readdir(join(out, own!))).toContain('overlay.png');
    expect((await running.ended).code).toBe(0);
    expect(await resultsIn(out)).toEqual(undisturbed);
  });
});
