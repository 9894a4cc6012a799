import { setTimeout as pause } from 'node:timers/promises';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { BenchError, DataError, messageOf } from '../../base/errors.js';
import { ThreadEnded } from '../../explainer/threaded-explainer.js';
import { ATTEMPTS, type BatchJob, type BatchResult, NotAJob } from './batch-job.js';
import { isPublished, PREFIX, queueName, sweep } from './registry.js';

interface TakeOptions {
  readonly client: Redis;
  /** Of the run. */
  readonly key: string;
  readonly process: (job: BatchJob) => Promise<BatchResult>;
  /** Milliseconds without a sign of life after which a worker's batches are given to others. */
  readonly lease: number;
  readonly onDone: (result: BatchResult) => void;
  readonly note: (line: string) => void;
  /** Once aborted, the batches at work are finished and no others taken. */
  readonly stop: AbortSignal;
}

/** One is read, one is at work in the network, one is judged: as in a run in one piece. */
const AT_ONCE = 3;
/** Milliseconds between looks whether the run still is. */
const LOOK = 1000;
/** So many different batches that failed one after the other: it is not the batches. */
const FAILURES_IN_A_ROW = 3;

/**
 * Takes batches of a run until it is over or this worker is to stop.
 *
 * @throws DataError when the data are gone: what was at work goes back into the queue and counts as untried
 * @throws BenchError when the fault seems to be here and not in a batch
 */
export async function takeBatches(options: TakeOptions): Promise<void> {
  const { client, key, lease, stop, note } = options;
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const failed = new Set<string>();
  let fault: BenchError | undefined;

  const giveBack = async (job: Job, token: string | undefined): Promise<never> => {
    leave();
    await job.moveToWait(token);
    throw new WaitingError();
  };
  const attempt = async (job: Job<BatchJob, BatchResult>, token?: string): Promise<BatchResult> => {
    if (fault !== undefined) return giveBack(job, token);
    try {
      const result = await options.process(job.data);
      failed.clear();
      options.onDone(result);
      return result;
    } catch (error) {
      if (error instanceof NotAJob) {
        note(`batch ${job.id}: ${error.message}`);
        throw new UnrecoverableError(error.message);
      }
      failed.add(job.id!);
      fault ??= faultHere(error, failed.size);
      if (error instanceof DataError) return giveBack(job, token);
      if (fault !== undefined) leave();
      note(`batch ${job.id}: ${messageOf(error)}`);
      // Redis keeps its message: the last one is what the coordinator reports.
      throw new Error(messageOf(error));
    }
  };

  if (!(await isPublished(client, key))) return;
  const worker = new Worker<BatchJob, BatchResult>(queueName(key), attempt, {
    connection: client,
    prefix: PREFIX,
    concurrency: AT_ONCE,
    lockDuration: lease,
    stalledInterval: lease / 2,
    maxStalledCount: ATTEMPTS - 1,
    // After an error of Redis; without a connection it waits for that.
    runRetryDelay: 1000,
  });
  // Redis gone, or a lock lost: the batch is done again by whoever has it now, and we go on.
  worker.on('error', () => {});
  stop.addEventListener('abort', leave);
  if (stop.aborted) leave();
  while (!leaving.signal.aborted && (await isPublished(client, key))) {
    await pause(LOOK, undefined, { signal: leaving.signal }).catch(() => {});
  }
  stop.removeEventListener('abort', leave);
  await worker.close();
  await sweep(client, key);
  if (fault !== undefined) throw fault;
}

function faultHere(error: unknown, failedInARow: number): BenchError | undefined {
  if (error instanceof DataError || error instanceof ThreadEnded) return error;
  if (failedInARow < FAILURES_IN_A_ROW) return undefined;
  return new BenchError(
    `${failedInARow} batches failed here one after the other (${messageOf(error)}); this worker takes no more`,
  );
}
