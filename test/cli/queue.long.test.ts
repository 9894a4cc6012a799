import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contained, NUMBERS } from '../lock/namespaces.js';
import { journalReaches, resultsIn, start } from './kill.js';
import { emptied, keysIn, lockChanges, lockedIn, queueUrl } from './redis.js';
import { bench, breakImage, makeWorld } from './world.js';

const COUNT = 60;
const url = queueUrl(1);

let folder: string;
let undisturbed: readonly string[];
beforeAll(async () => {
  await emptied(url);
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-queue-'));
  await makeWorld(folder, COUNT);
  await breakImage(folder, 7);
  await bench(folder, [...run('plain'), '--allow-failures']);
  undisturbed = await resultsIn(join(folder, 'plain'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const run = (out: string) => ['run', 'world.yaml', '--out', out];

/** The entries of a journal, as it holds them, in the images' order. */
async function entriesIn(out: string): Promise<readonly string[]> {
  const lines = (await readFile(join(folder, out, 'journal.jsonl'), 'utf8')).trim().split('\n').slice(1);
  const entries = lines.flatMap((line) => JSON.parse(line.slice(17)).images as { at: number }[]);
  return entries.sort((a, b) => a.at - b.at).map((entry) => JSON.stringify(entry));
}

describe.skipIf(url === undefined)('a run through the queue', () => {
  it('gives the files and the journal entries of a run in one piece, and leaves nothing in Redis', async () => {
    const workers = [1, 2].map(() => start(folder, ['worker', '--queue', url!]));
    const { status, stderr } = await bench(folder, [...run('queued'), '--queue', url!]);
    expect(stderr).toMatch(/60 images to do\n[\s\S]*60\/60 images, .* images\/s, 0 s left; [12] worker/);
    expect(stderr).toMatch(/ {2}\S+:\d+: \d+ images, \d+\.\d images\/s\n/);
    // As in a run in one piece, a broken image makes the exit status 1.
    expect([status, stderr]).toEqual([1, expect.stringContaining('1 image could not be read')]);
    expect(await resultsIn(join(folder, 'queued'))).toEqual(undisturbed);
    expect(await entriesIn('queued')).toEqual(await entriesIn('plain'));
    for (const worker of workers) {
      expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/world: over\n$/) });
    }
    expect(await keysIn(url!)).toEqual([]);
  });
});

describe.skipIf(url === undefined)('stopping', () => {
  const slow = ['--set', 'methods=[grad-cam, occlusion]'];

  it('a worker finishes its batches and leaves, the coordinator its run; the same commands go on', async () => {
    const out = join(folder, 'stopped');
    const args = [...run(out), ...slow, '--allow-failures', '--queue', url!];
    const first = start(folder, ['worker', '--queue', url!]);
    const coordinator = start(folder, args);
    await journalReaches(out, 10_000);
    const second = start(folder, ['worker', '--queue', url!, '--stay']);
    first.kill('SIGTERM');
    const left = await first.ended;
    expect([left.code, left.stderr]).toEqual([
      143,
      expect.stringMatching(
        /stopped after \d+ images; the run goes on without it, the same command helps again\n$/,
      ),
    ]);
    coordinator.kill('SIGINT');
    const ended = await coordinator.ended;
    expect(ended.stderr).toMatch(/stopped: \d+ of 60 images are in .*; the same command goes on\n$/);
    expect([ended.code, await readdir(out)]).toEqual([130, ['journal.jsonl']]);
    expect((await keysIn(url!)).filter((key) => !/:(meta|stalled-check)$/.test(key))).toEqual([]);

    // The second worker stays and helps whoever comes.
    const again = await start(folder, args).ended;
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringMatching(/going on in .*: \d+ of 60 are there/),
    ]);
    await bench(folder, [...run('slow'), ...slow, '--allow-failures']);
    expect(await resultsIn(out)).toEqual(await resultsIn(join(folder, 'slow')));
    second.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(await keysIn(url!)).toEqual([]);
  }, 120_000);

  it('a second coordinator of the same run is refused', async () => {
    const [one, two] = ['one', 'two'].map((out) => [...run(join(folder, out)), '--queue', url!]);
    const first = start(folder, one!);
    await journalReaches(join(folder, 'one'), 1);
    await lockedIn(url!);
    const { status, stderr } = await bench(folder, two!);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`process ${first.pid} on .* already`)),
    ]);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    expect(await keysIn(url!)).toEqual([]);
  });

  it.skipIf(!NUMBERS)(
    'one that sleeps, and whose run another container coordinates by then, ends when it wakes up (skipped where unshare --pid is not allowed)',
    async () => {
      const args = (out: string) => [...run(join(folder, out)), '--allow-failures', '--queue', url!];
      const first = start(folder, args('asleep'));
      await lockedIn(url!);
      await journalReaches(join(folder, 'asleep'), 1);
      first.kill('SIGSTOP');
      const began = Date.now();
      const second = start(folder, args('awake'), { within: contained });
      await journalReaches(join(folder, 'awake'), 1);
      await lockChanges(url!);
      // It cannot ask for a process of another container: the lock is left alone until its lease is over.
      expect(Date.now() - began).toBeGreaterThan(5000);
      first.kill('SIGCONT');
      const woken = await first.ended;
      expect([woken.code, woken.stderr]).toEqual([
        1,
        expect.stringMatching(/\nbench: another process coordinates this run now; it goes on there\n$/),
      ]);
      const worker = start(folder, ['worker', '--queue', url!]);
      const ended = await second.ended;
      expect([ended.code, ended.stderr]).toEqual([
        0,
        expect.stringMatching(/waiting to see whether process \d+ on \S+ still coordinates this run/),
      ]);
      expect(await resultsIn(join(folder, 'awake'))).toEqual(undisturbed);
      await worker.ended;
      expect(await keysIn(url!)).toEqual([]);
    },
    120_000,
  );
});
