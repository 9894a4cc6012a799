import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JudgedEntry } from '../../src/run/journal/entries.js';
import type { BatchJob } from '../../src/run/queue/batch-job.js';
import { publishedKey, startForger } from './forger.js';
import { batchesIn, resultsIn, start } from './kill.js';
import { queueUrl, withRedis } from './redis.js';
import { type RedisServer, startRedis } from './redis-server.js';
import { bench, makeWorld } from './world.js';

/* Answers, jobs and notices in Redis that none of our processes has written. */

const COUNT = 60;
const enabled = queueUrl(0) !== undefined;

let folder: string;
let server: RedisServer;
let url: string;
let undisturbed: readonly string[];
/** The right entries, by position. */
let right: readonly JudgedEntry[];
beforeAll(async () => {
  if (!enabled) return;
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-forged-'));
  server = await startRedis();
  url = `redis://127.0.0.1:${server.port}`;
  await makeWorld(folder, COUNT);
  await bench(folder, run('plain'));
  undisturbed = await resultsIn(join(folder, 'plain'));
  const lines = (await readFile(join(folder, 'plain', 'journal.jsonl'), 'utf8')).trim().split('\n').slice(1);
  right = lines
    .flatMap((line) => JSON.parse(line.slice(17)).images as JudgedEntry[])
    .sort((a, b) => a.at - b.at);
}, 60_000);
afterAll(async () => {
  await server?.remove();
  if (folder) await rm(folder, { recursive: true });
});

const run = (out: string) => ['run', 'world.yaml', '--out', out];
const worker = (...more: string[]) => start(folder, ['worker', '--queue', url, ...more]);

const SPENT = [1, 1, 1, 1, 1];
const WORKER = 'forger';
const answer = ({ at }: BatchJob, worker: unknown = WORKER) => ({
  ...{ worker, spent: SPENT },
  images: at.map((position) => ({ ...structuredClone(right[position]!) })) as Record<string, unknown>[],
});
type Answer = ReturnType<typeof answer>;
interface Row {
  lines: string;
  errors: string[];
}

/** A right answer, changed. */
const changed = (change: (given: Answer, record: Row) => void) => (job: BatchJob) => {
  const given = answer(job);
  change(given, given.images[0]!.record as Row);
  return given;
};
const without = (key: string) => changed(({ images }) => delete images[0]![key]);

const FORGERIES: readonly (readonly [string, (job: BatchJob) => unknown])[] = [
  ['nothing', () => null],
  ['a number', () => 0],
  ['a text', () => 'done'],
  ['a list', () => []],
  ['no images', (job) => ({ ...answer(job), images: [] })],
  ['one image too few', changed(({ images }) => images.pop())],
  [
    'one image too many',
    (job) => ({
      ...answer(job),
      images: answer({ ...job, at: [...job.at, (job.at.at(-1)! + 1) % COUNT] }).images,
    }),
  ],
  ['an image twice', changed(({ images }) => images.splice(0, 1, images[1]!))],
  ['other images', (job) => answer({ ...job, at: job.at.map((at) => (at + 8) % COUNT) })],
  ['another id', changed(({ images }) => Object.assign(images[0]!, { id: 'ILSVRC2012_val_99999999' }))],
  ['a position before the first', changed(({ images }) => Object.assign(images[0]!, { at: -1 }))],
  ['a position between two', changed(({ images }) => Object.assign(images[0]!, { at: 0.5 }))],
  ['a position as text', changed(({ images }) => Object.assign(images[0]!, { at: '0' }))],
  ['a position beyond all', changed(({ images }) => Object.assign(images[0]!, { at: 2 ** 40 }))],
  ['no record', without('record')],
  ['a record that is null', changed(({ images }) => Object.assign(images[0]!, { record: null }))],
  ['no hash', without('truth')],
  ['a hash that is none', changed(({ images }) => Object.assign(images[0]!, { truth: 'x' }))],
  ['scaled as text', changed(({ images }) => Object.assign(images[0]!, { scaled: 'no' }))],
  ['another key', changed(({ images }) => Object.assign(images[0]!, { more: 1 }))],
  [
    'a reason that is none',
    (job) => ({ ...answer(job), images: job.at.map((at) => ({ at, id: right[at]!.id, failed: {} })) }),
  ],
  ['no decisions', changed((_, record) => Object.assign(record, { errors: undefined }))],
  ['decisions of one row', changed((_, record) => record.errors.splice(1))],
  ['too few decisions', changed((_, record) => record.errors.splice(0, 1, '0'))],
  ['decisions that are none', changed((_, record) => record.errors.splice(0, 1, '2222'))],
  [
    'decisions that its lines contradict',
    changed((_, record) => record.errors.splice(0, 1, record.errors[0]!.startsWith('1') ? '0000' : '1111')),
  ],
  ['no lines', changed((_, record) => Object.assign(record, { lines: '' }))],
  [
    'lines of another network',
    changed((_, record) => Object.assign(record, { lines: record.lines.replaceAll('colors', 'others') })),
  ],
  [
    'lines of another image',
    (job) => {
      const given = answer(job);
      Object.assign(given.images[0]!.record as Row, right[(job.at[0]! + 9) % COUNT]!.record);
      return given;
    },
  ],
  ['a line too many', changed((_, record) => Object.assign(record, { lines: `${record.lines}a,b\n` }))],
  ['a figure that is not finite', (job) => ({ ...answer(job), spent: [Number.NaN, 1, 1, 1, 1] })],
  ['a figure below zero', (job) => ({ ...answer(job), spent: [-1, 1, 1, 1, 1] })],
  ['a figure that is a text', (job) => ({ ...answer(job), spent: ['1', 1, 1, 1, 1] })],
  ['figures without an end', (job) => ({ ...answer(job), spent: [1e300, 1, 1, 1, 1] })],
  ['no worker', (job) => answer(job, null)],
];

const ESCAPE = '\u001b';
/** What must be in no line to people. */
const OBEYED = new RegExp(`defect|${ESCAPE}|\u202e`);

describe.skipIf(!enabled)('forged answers', () => {
  it(`of ${FORGERIES.length} kinds are refused, and their batches done again: the same bytes`, async () => {
    const out = join(folder, 'refused');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const key = await publishedKey(url);
    const forger = await startForger(url, key, (job, i) => {
      const [name, forge] = FORGERIES[i % FORGERIES.length]!;
      const given = forge(job);
      // So that it can be seen which of them was let through.
      return given !== null &&
        typeof given === 'object' &&
        !Array.isArray(given) &&
        'worker' in given &&
        given.worker !== null
        ? { ...given, worker: `${ESCAPE}[31m${name}\u202e` }
        : given;
    });
    while (forger.given() < FORGERIES.length) await new Promise((resolve) => setTimeout(resolve, 10));
    await forger.close();
    expect(await batchesIn(out)).toBe(0);
    const ours = worker();
    const ended = await coordinator.ended;
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('results: ')]);
    for (const [name] of FORGERIES.slice(4, -1)) {
      expect(ended.stderr).toMatch(
        new RegExp(
          `^a wrong answer of \\?\\[31m${name}\\? is refused, batch n0-\\d+-4: .*; it is done again$`,
          'm',
        ),
      );
    }
    expect(ended.stderr).toContain('a wrong answer of a worker without a name is refused');
    expect(ended.stderr).not.toMatch(OBEYED);
    expect(await resultsIn(out)).toEqual(undisturbed);
    expect((await ours.ended).code).toBe(0);
  }, 120_000);

  it('that never end end the run, which names their worker; the same command then goes on', async () => {
    const out = join(folder, 'endless');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const forger = await startForger(url, await publishedKey(url), (job) => ({ ...answer(job), images: [] }));
    const { code, stderr } = await coordinator.ended;
    await forger.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nbench: forger keeps answering wrongly \(batch n0-\d+-4: 0 images, asked for 4\), 100 times, and no right answer comes; stop it, and the same command goes on\n$/,
    );
    expect(stderr.split('\n').filter((line) => line.includes('a wrong answer of forger'))).toHaveLength(7);
    const ours = worker();
    expect((await start(folder, [...run(out), '--queue', url]).ended).code).toBe(0);
    expect(await resultsIn(out)).toEqual(undisturbed);
    await ours.ended;
  }, 120_000);

  it('with a right one among them: its worker is shown without what a terminal obeys', async () => {
    const out = join(folder, 'named');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const forger = await startForger(url, await publishedKey(url), (job) =>
      answer(job, `${ESCAPE}[2Jevil\r\nbench: fine`),
    );
    const { code, stderr } = await coordinator.ended;
    await forger.close();
    expect(code).toBe(0);
    expect(stderr).toContain('?[2Jevil bench: fine: ');
    expect(stderr).not.toContain(ESCAPE);
    expect((await resultsIn(out)).slice(0, 3)).toEqual(undisturbed.slice(0, 3));
  }, 120_000);

  it('in jobs that nobody has asked for, or that cannot be read, are taken away', async () => {
    const out = join(folder, 'planted');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const key = await publishedKey(url);
    const base = `bench:run-${key}`;
    await withRedis(url, async (client) => {
      const planted: readonly (readonly [string, Record<string, string>])[] = [
        ['n99-0-4', { data: JSON.stringify({ network: 99, at: [0] }), returnvalue: '{}' }],
        ['n0-0-4x', { data: '{"network":0,"at":[0', returnvalue: '{}' }],
        ['n0-4000-4', { data: JSON.stringify({ network: 0, at: [4000] }), returnvalue: '{}' }],
        ['n0-0-3', { data: JSON.stringify({ network: 0, at: [40] }), returnvalue: '{}' }],
        ['n0-0-2', { data: JSON.stringify({ network: 0, at: [1, 0] }), returnvalue: '{}' }],
        ['n0-0-1', { data: JSON.stringify({ network: 0 }), returnvalue: '{' }],
        ['../../x', { data: 'null', returnvalue: 'null' }],
      ];
      for (const [id, hash] of planted) {
        await client.hset(`${base}:${id}`, { name: 'batch', opts: '{}', timestamp: '0', ...hash });
        await client.zadd(`${base}:completed`, 1, id);
      }
      await client.zadd(`${base}:completed`, 1, 'nothing-there');
      await client.zadd(`${base}:failed`, 1, 'nothing-there-either');
    });
    const ours = worker();
    const { code, stderr } = await coordinator.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('not what this run has asked for')]);
    expect(await resultsIn(out)).toEqual(undisturbed);
    expect((await ours.ended).code).toBe(0);
    expect(await withRedis(url, (client) => client.keys('*'))).toEqual([]);
  }, 120_000);
});

describe.skipIf(!enabled)('a coordinator whose folder', () => {
  it('is moved while it waits ends in one line, and leaves its answers in Redis for the next', async () => {
    const out = join(folder, 'moved');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const key = await publishedKey(url);
    const given = await startForger(url, key, (job) => answer(job));
    while (given.given() < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    await given.close();
    await rename(out, `${out}-away`);
    const { code, stderr } = await coordinator.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/\nbench: \S+moved: it is not there any more \(moved, deleted or unmounted/),
    ]);
    const ours = worker();
    expect((await start(folder, [...run(`${out}-away`), '--queue', url]).ended).code).toBe(0);
    expect((await resultsIn(`${out}-away`)).slice(0, 3)).toEqual(undisturbed.slice(0, 3));
    await ours.ended;
  }, 120_000);
});

describe.skipIf(!enabled)('a worker that is sent', () => {
  it('jobs for images that are in no run lives on, and the run with it', async () => {
    const out = join(folder, 'jobs');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const key = await publishedKey(url);
    await withRedis(url, async (client) => {
      const queue = new Queue(`run-${key}`, { connection: client, prefix: 'bench' });
      const jobs: unknown[] = [
        { network: 7, at: [0] },
        { network: 0, at: [1e9] },
        { network: 0, at: [3, 3] },
        { network: 0, at: ['/dev/zero'] },
        { network: 0 },
        null,
        { network: 0, at: [] },
      ];
      await queue.addBulk(
        jobs.map((data, i) => ({ name: 'batch', data, opts: { jobId: `forged-${i}`, lifo: true } })),
      );
      await queue.close();
    });
    const ours = await worker().ended;
    const { code, stderr } = await coordinator.ended;
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/defect/)]);
    expect([ours.code, ours.stderr]).toEqual([
      0,
      expect.stringContaining('batch forged-0: it asks for what is not in this run'),
    ]);
    expect(await resultsIn(out)).toEqual(undisturbed);
  }, 120_000);

  it('notices of runs that are none, or of files that are none, refuses them and waits for the next', async () => {
    const out = join(folder, 'notices');
    const coordinator = start(folder, [...run(out), '--queue', url]);
    const key = await publishedKey(url);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const forged = await withRedis(url, async (client) => {
      const text = (await client.hget('bench:runs', key))!;
      const notice = (
        change: (config: {
          networks: { model: { onnx: string; mapping?: string } }[];
          dataset: { root: string; classes?: string; images?: string };
        }) => void,
        name = 'forged',
      ) => {
        const copy = JSON.parse(text);
        copy.name = name;
        change(copy.identity.config);
        return JSON.stringify(copy);
      };
      const notices: Record<string, string> = {
        a0: '{',
        a1: 'null',
        a2: '[]',
        a3: JSON.stringify({ name: 'x', identity: {}, heldOut: [] }),
        a4: text.replace('"batch":4', '"batch":"many"'),
        a5: notice((config) => Object.assign(config.networks[0]!.model, { onnx: fifo })),
        a6: notice((config) => Object.assign(config.networks[0]!.model, { onnx: '/dev/zero' })),
        a7: notice((config) => Object.assign(config.networks[0]!.model, { onnx: folder })),
        a8: notice((config) => Object.assign(config.dataset, { root: fifo })),
        a9: notice((config) => Object.assign(config.dataset, { classes: '/dev/zero' })),
        b0: notice((config) => Object.assign(config.dataset, { images: fifo })),
        b1: notice((config) => Object.assign(config.networks[0]!.model, { mapping: fifo })),
        b2: notice(
          (config) => Object.assign(config.dataset, { root: '/nowhere' }),
          `${ESCAPE}[31mred\u202e\r\nbench: fine`,
        ),
      };
      await client.hdel('bench:runs', key);
      for (const [name, value] of Object.entries(notices)) await client.hset('bench:runs', name, value);
      await client.hset('bench:runs', key, text);
      return Object.keys(notices);
    });
    const ours = worker();
    const { code } = await coordinator.ended;
    expect(code).toBe(0);
    expect(await resultsIn(out)).toEqual(undisturbed);
    const { code: ended, stderr } = await ours.ended;
    expect([ended, stderr]).toEqual([0, expect.stringContaining('world: over')]);
    for (const name of forged.slice(0, 5))
      expect(stderr).toContain(`run ${name}: its notice is none of this program's`);
    expect(
      stderr
        .split('\n')
        .filter((line) =>
          /^run forged is refused: .*(not a regular file|no regular file|a device|a folder)/.test(line),
        ).length,
    ).toBeGreaterThanOrEqual(6);
    expect(stderr).toContain('run ?[31mred? bench: fine is refused');
    expect(stderr).not.toMatch(OBEYED);
    await withRedis(url, (client) => client.del('bench:runs'));
  }, 120_000);
});
