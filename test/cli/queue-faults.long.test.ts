import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalReaches, resultsIn, start } from './kill.js';
import { keysIn, queueUrl } from './redis.js';
import { type RedisServer, startRedis } from './redis-server.js';
import { bench, breakImage, makeWorld } from './world.js';

const COUNT = 160;
/** Seconds that Redis is away: ten in a local run, less in CI. */
const OUTAGE = Number(process.env.BENCH_TEST_OUTAGE ?? 3);
const enabled = queueUrl(0) !== undefined;

// A method of many passes: there must be a middle to be killed in.
const run = (out: string) => [
  ...['run', 'world.yaml', '--out', out, '--allow-failures'],
  ...['--set', 'methods=[grad-cam, occlusion]'],
];

let folder: string;
let server: RedisServer;
beforeAll(async () => {
  if (!enabled) return;
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-faults-'));
  server = await startRedis();
  await makeWorld(folder, COUNT);
  await breakImage(folder, 7);
}, 60_000);
afterAll(async () => {
  await server?.remove();
  if (folder) await rm(folder, { recursive: true });
});

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Positions in the journal, in its order. */
async function journaled(out: string): Promise<readonly number[]> {
  const lines = (await readFile(join(out, 'journal.jsonl'), 'utf8')).trim().split('\n').slice(1);
  return lines.flatMap((line) => JSON.parse(line.slice(17)).images.map(({ at }: { at: number }) => at));
}

describe.skipIf(!enabled)('a run through the queue, under every fault at once', () => {
  it(`two of four workers killed, Redis killed for ${OUTAGE} s, the coordinator killed: the same bytes`, async () => {
    const url = `redis://127.0.0.1:${server.port}`;
    await bench(folder, run('plain'));
    const size = (await stat(join(folder, 'plain', 'journal.jsonl'))).size;
    const out = join(folder, 'queued');
    const reaches = (share: number) => journalReaches(out, share * size);

    const workers = [1, 2, 3, 4].map(() => start(folder, ['worker', '--queue', url, '--lease', '2']));
    const first = start(folder, [...run(out), '--queue', url]);
    await reaches(0.1);
    workers[0]!.kill('SIGKILL');
    await reaches(0.2);
    workers[1]!.kill('SIGKILL');
    await reaches(0.3);
    await server.kill();
    // What had left Redis is still journaled.
    await pause(1);
    const before = await journaled(out);
    await pause(OUTAGE);
    expect(await journaled(out)).toEqual(before);
    await server.start();
    await reaches(0.6);
    first.kill('SIGKILL');
    const { stderr } = await first.ended;
    expect(stderr).toMatch(/connection lost; waiting for it\n[\s\S]*connected again\n/);

    const inTheMiddle = await journaled(out);
    const second = await start(folder, [...run(out), '--queue', url]).ended;
    expect(second.stderr).toMatch(/going on in .*: \d+ of 160 are there/);
    expect(second.code).toBe(0);
    expect(await resultsIn(out)).toEqual(await resultsIn(join(folder, 'plain')));
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    expect(ended.map(({ code, signal }) => signal ?? code)).toEqual(['SIGKILL', 'SIGKILL', 0, 0]);

    const all = await journaled(out);
    const twice = all.filter((at, i) => all.indexOf(at) !== i);
    // The broken image is tried again when a run goes on; no other is journaled twice.
    expect(twice.filter((at) => at !== 7)).toEqual([]);
    expect(new Set(all).size).toBe(COUNT);
    expect(inTheMiddle.length).toBeGreaterThan(0.3 * COUNT);
    expect(inTheMiddle.length).toBeLessThan(COUNT);
    expect(await keysIn(url)).toEqual([]);
  }, 180_000);

  it('a coordinator and a worker that are told to stop while Redis is away end', async () => {
    const url = `redis://127.0.0.1:${server.port}`;
    await server.start();
    const worker = start(folder, ['worker', '--queue', url]);
    const coordinator = start(folder, [...run('stopped'), '--queue', url]);
    await journalReaches(join(folder, 'stopped'), 5000);
    await server.kill();
    // Both have noticed by then that nobody answers.
    await pause(2);
    coordinator.kill('SIGTERM');
    worker.kill('SIGTERM');
    const ended = await Promise.race([Promise.all([coordinator.ended, worker.ended]), pause(20)]);
    // Undefined: they still wait for Redis.
    expect((ended as Awaited<typeof worker.ended>[] | undefined)?.map(({ signal }) => signal)).toEqual([
      null,
      null,
    ]);
  });
});
