import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { BatchJob } from '../../src/run/queue/batch-job.js';

/*
 * Who writes into the queue's Redis and is no worker of ours: the real clients, and answers of its own.
 */

/** The key of the run that is published there. */
export async function publishedKey(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    for (;;) {
      const [key] = await client.hkeys('bench:runs');
      if (key !== undefined) return key;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    client.disconnect();
  }
}

export interface Forger {
  /** Answers that it has given. */
  readonly given: () => number;
  readonly close: () => Promise<void>;
}

/** Takes batches of the run and answers them with what `forge` makes. */
export async function startForger(
  url: string,
  key: string,
  forge: (job: BatchJob, number: number) => unknown,
): Promise<Forger> {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  let number = 0;
  const worker = new Worker<BatchJob>(`run-${key}`, async ({ data }) => forge(data, number++), {
    connection: client,
    prefix: 'bench',
    concurrency: 1,
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  return {
    given: () => number,
    close: async () => {
      await worker.close();
      client.disconnect();
    },
  };
}
