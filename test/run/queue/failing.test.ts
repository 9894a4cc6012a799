import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError, DataError } from '../../../src/base/errors.js';
import { createJournal, JournalWriter } from '../../../src/run/journal/file.js';
import type { RunIdentity } from '../../../src/run/journal/header.js';
import { QueueAddress } from '../../../src/run/queue/address.js';
import type { BatchJob, BatchResult } from '../../../src/run/queue/batch-job.js';
import { connectRedis, disconnect } from '../../../src/run/queue/connect.js';
import { connectCoordinator } from '../../../src/run/queue/coordinator.js';
import { runKey } from '../../../src/run/queue/registry.js';
import { takeBatches } from '../../../src/run/queue/take-batches.js';
import { emptied, keysIn, queueUrl } from '../../cli/redis.js';

/* What becomes of batches that fail, with both sides in this process. */

const url = queueUrl(2);
const IMAGES = 24;
const SIZE = 2;

let folder: string;
beforeAll(async () => {
  await emptied(url);
  folder = await mkdtemp(join(tmpdir(), 'bench-queue-failing-'));
});
afterAll(() => rm(folder, { recursive: true }));

const identity = (name: string) =>
  ({
    config: { networks: [], dataset: { name } },
    program: {},
    data: {},
    models: [],
  }) as unknown as RunIdentity;

/** Coordinates `IMAGES` images; what the workers get to do is `attempt`. */
async function coordinated(name: string, workers: readonly ((job: BatchJob) => Promise<BatchResult>)[]) {
  const address = QueueAddress.parse(url!, {});
  const failed: string[] = [];
  const reporter = {
    ...{ note: () => {}, started: () => {}, advanced: () => {}, finished: () => {} },
    failed: ({ id }: { id: string }) => failed.push(id),
  };
  const path = join(folder, `${name}.jsonl`);
  const journal = await JournalWriter.open(path, await createJournal(path, {}));
  const { distribute, close } = await connectCoordinator(address, reporter);
  const positions = Array.from({ length: IMAGES }, (_, i) => i);
  const run = distribute({
    ...{ loaded: { name, path: '', config: { batch: SIZE } as never }, identity: identity(name) },
    ...{
      ids: positions.map((at) => `i${at}`),
      heldOut: [],
      work: [{ positions, forPictures: new Set<number>() }],
      journal,
    },
  });
  const client = await connectRedis(address, () => {});
  const key = runKey(identity(name));
  while ((await client.hexists('bench:runs', key)) === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const stop = new AbortController().signal;
  const taking = workers.map((process) =>
    takeBatches({ client, key, process, lease: 2000, onDone: () => {}, note: () => {}, stop }).catch(
      (error: unknown) => error,
    ),
  );
  await run;
  const outcomes = await Promise.all(taking);
  await journal.close();
  disconnect(client);
  close();
  const lines = (await readFile(path, 'utf8')).trim().split('\n').slice(1);
  const entries = lines.flatMap(
    (line) => JSON.parse(line.slice(17)).images as { at: number; failed?: string }[],
  );
  return { failed, outcomes, entries: entries.sort((a, b) => a.at - b.at) };
}

const good =
  (worker: string) =>
  async ({ at }: BatchJob): Promise<BatchResult> => ({
    ...{ worker, spent: [1, 1, 0, 0, 0] as const },
    images: at.map((position) => ({
      at: position,
      id: `i${position}`,
      truth: '',
      scaled: false,
      record: {},
    })),
  });

describe.skipIf(url === undefined)('a batch that fails', () => {
  it('three times is reported with its images and its reason, and the rest is done', async () => {
    let tries = 0;
    const { failed, entries, outcomes } = await coordinated('thrice', [
      async (job) => {
        if (!job.at.includes(7)) return good('a')(job);
        tries++;
        throw new BenchError('the graph and the image do not agree');
      },
    ]);
    expect(tries).toBe(3);
    expect(failed).toEqual(['i6', 'i7']);
    expect(entries.map(({ at }) => at)).toEqual(Array.from({ length: IMAGES }, (_, i) => i));
    const reason = 'its batch was given up after 3 attempts: the graph and the image do not agree';
    expect(entries.filter((entry) => entry.failed !== undefined)).toEqual([
      { at: 6, id: 'i6', failed: reason },
      { at: 7, id: 'i7', failed: reason },
    ]);
    expect(outcomes).toEqual([undefined]);
    expect(await keysIn(url!)).toEqual([]);
  });

  it('twice is done at the third attempt', async () => {
    const tries = new Map<number, number>();
    const { failed, entries } = await coordinated('twice', [
      async (job) => {
        const count = (tries.get(job.at[0]!) ?? 0) + 1;
        tries.set(job.at[0]!, count);
        if (job.at[0] === 6 && count < 3) throw new BenchError('not yet');
        return good('a')(job);
      },
    ]);
    expect([failed, tries.get(6), entries.length]).toEqual([[], 3, IMAGES]);
  });

  it('because the data are gone there goes back untried, and that worker ends', async () => {
    const gone = new DataError('/data: gone');
    const { failed, entries, outcomes } = await coordinated('gone', [
      async () => {
        throw gone;
      },
      async (job) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return good('b')(job);
      },
    ]);
    expect([failed, entries.filter((entry) => entry.failed !== undefined)]).toEqual([[], []]);
    expect(entries).toHaveLength(IMAGES);
    expect(outcomes).toEqual([gone, undefined]);
  });

  it('with every other one there ends the worker, not the batches', async () => {
    let tries = 0;
    const { entries, outcomes } = await coordinated('bad', [
      async () => {
        tries++;
        throw new BenchError('no memory');
      },
      async (job) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return good('b')(job);
      },
    ]);
    expect(String(outcomes[0])).toMatch(/3 batches failed here one after the other \(no memory\)/);
    expect(tries).toBeLessThan(9);
    expect(entries.filter((entry) => entry.failed !== undefined)).toEqual([]);
    expect(entries).toHaveLength(IMAGES);
  });
});
