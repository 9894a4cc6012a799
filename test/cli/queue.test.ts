import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsIn, start } from './kill.js';
import { emptied, keysIn, queueUrl } from './redis.js';
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
