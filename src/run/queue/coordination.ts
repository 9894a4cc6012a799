import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Distribution } from '../distribution.js';
import type { BatchRecord } from '../journal/entries.js';
import { checkedAnswer, WrongAnswer, workerOf } from './answer.js';
import {
  ATTEMPTS,
  type BatchJob,
  type BatchResult,
  checkedJob,
  fitsName,
  type NamedBatch,
} from './batch-job.js';
import type { CoordinatorLock } from './coordinator-lock.js';
import { type FinishedJob, finishedJobs, givenUp } from './finished-job.js';
import { Ledger } from './ledger.js';
import type { QueueReporter } from './queue-reporter.js';
import { WorkerRates } from './rates.js';
import { PREFIX, publishRun, queueName, sweep, withdrawRun } from './registry.js';
import { WrongAnswers } from './wrong-answers.js';

/** Batches that lie in Redis at most: enough for hundreds of workers, little for Redis. */
const OUT_AT_MOST = 1000;
/** Results that are fetched at a time. */
const FETCHED = 200;
/** Milliseconds between looks for results while there are none. */
const POLL = 50;
/** Milliseconds without a result after which the batches are sent again: those that Redis has are left alone. */
const SENT_AGAIN = 30_000;
/** Milliseconds that the batches at work are waited for when the run is stopped. */
const LAST_BATCHES = 60_000;

/** One run over the queue, from the batches that an earlier coordinator left to the last one journaled. */
export class Coordination {
  readonly #client: Redis;
  readonly #key: string;
  readonly #run: Distribution;
  readonly #reporter: QueueReporter;
  readonly #lock: CoordinatorLock;
  readonly #ledger: Ledger;
  readonly #rates = new WorkerRates();
  readonly #queue: Queue<BatchJob, BatchResult, string>;
  readonly #images: number;
  readonly #wrong: WrongAnswers;
  /** When batches were last sent or came back. */
  #moved = performance.now();

  constructor(client: Redis, key: string, run: Distribution, reporter: QueueReporter, lock: CoordinatorLock) {
    this.#client = client;
    this.#key = key;
    this.#run = run;
    this.#reporter = reporter;
    this.#wrong = new WrongAnswers((line) => reporter.note(line));
    this.#lock = lock;
    this.#ledger = new Ledger(run.work, run.loaded.config.batch);
    this.#images = this.#ledger.left;
    this.#queue = new Queue(queueName(key), {
      connection: client,
      prefix: PREFIX,
      // Results are read from the finished jobs; the stream of events would hold them a second time.
      streams: { events: { maxLen: 10 } },
      defaultJobOptions: { attempts: ATTEMPTS, stackTraceLimit: 0 },
    });
    this.#queue.on('error', () => {});
  }

  async work(): Promise<void> {
    const { stop } = this.#run;
    // A connection that came back may be to a Redis that has forgotten the last second, or everything.
    const onReady = () => {
      this.#moved = Number.NEGATIVE_INFINITY;
    };
    this.#client.on('ready', onReady);
    // Without Redis there is nothing to wait for: what it holds is found again.
    let abandon = () => {};
    const abandoned = new Promise<void>((resolve) => {
      abandon = resolve;
    });
    const onStop = () => {
      if (this.#client.status !== 'ready') abandon();
      else setTimeout(abandon, LAST_BATCHES).unref();
    };
    stop?.addEventListener('abort', onStop);
    this.#reporter.started(this.#images);
    try {
      // What waits for a connection that is gone would wait for ever.
      await Promise.race([this.#all(), abandoned]);
    } finally {
      this.#reporter.finished();
      this.#client.off('ready', onReady);
      stop?.removeEventListener('abort', onStop);
      if (this.#client.status === 'ready') await this.#queue.close().catch(() => {});
    }
  }

  async #all(): Promise<void> {
    await this.#begin();
    await this.#loop();
    if (this.#run.stop?.aborted) await this.#finishBatches();
    await this.#checkLocks();
    await this.#tidy();
  }

  /** Takes over what a coordinator before us has left: its finished batches are kept, its waiting ones asked anew. */
  async #begin(): Promise<void> {
    await this.#queue.waitUntilReady();
    await this.#queue.drain();
    while ((await this.#collect()) > 0);
    await this.#publish();
  }

  async #publish(): Promise<void> {
    const { loaded, identity, heldOut } = this.#run;
    await publishRun(this.#client, this.#key, { name: loaded.name, identity, heldOut });
  }

  async #loop(): Promise<void> {
    const { stop } = this.#run;
    while (this.#ledger.left > 0 && !stop?.aborted) {
      await this.#checkLocks();
      if (performance.now() - this.#moved > SENT_AGAIN) await this.#sendAgain();
      if (this.#ledger.outCount <= OUT_AT_MOST / 2) {
        await this.#send(this.#ledger.next(OUT_AT_MOST - this.#ledger.outCount));
      }
      if ((await this.#collect()) === 0) await pause(POLL);
    }
  }

  /**
   * Before anything is taken out of Redis or sent: both the run and the folder must still be ours, though this process
   * may have slept since, or the folder may have gone away.
   */
  async #checkLocks(): Promise<void> {
    await this.#lock.check();
    await this.#run.journal.check();
  }

  async #send(batches: readonly NamedBatch[]): Promise<void> {
    if (batches.length === 0) return;
    const jobs = batches.map(({ id, network, at }) => ({
      name: 'batch',
      data: { network, at },
      opts: { jobId: id },
    }));
    await this.#queue.addBulk(jobs);
    this.#moved = performance.now();
  }

  async #sendAgain(): Promise<void> {
    await this.#publish();
    await this.#send(this.#ledger.out);
    this.#moved = performance.now();
  }

  /** Journals finished batches, then takes them off the queue. @returns how many */
  async #collect(): Promise<number> {
    const finished = await finishedJobs(this.#queue, FETCHED);
    for (const job of finished) {
      const record = await this.#record(job);
      if (record !== undefined && record.images.length > 0) await this.#run.journal.append(record);
      // Its images that were not taken are asked for again.
      this.#ledger.settle(job.id);
    }
    if (finished.length === 0) return 0;
    await Promise.all(finished.map(({ id }) => this.#remove(id)));
    this.#moved = performance.now();
    this.#reporter.advanced(this.#images - this.#ledger.left, this.#rates.list());
    return finished.length;
  }

  /** Of a job that others have damaged, there may be the name alone. */
  async #remove(id: string): Promise<void> {
    if ((await this.#queue.remove(id).catch(() => 0)) === 1) return;
    const key = (name: string) => `${PREFIX}:${queueName(this.#key)}:${name}`;
    await this.#client.zrem(key('completed'), id);
    await this.#client.zrem(key('failed'), id);
    await this.#client.del(key(id));
  }

  /** @returns undefined for what is not journaled */
  async #record({ id, job, failure }: FinishedJob): Promise<BatchRecord | undefined> {
    // Taken off in between: there is nothing left but the name.
    if (job === undefined) return undefined;
    const { ids } = this.#run;
    const batch = checkedJob(job.data, this.#run.work.length, ids.length);
    if (batch === undefined || !fitsName(id, batch)) {
      this.#wrong.add(workerOf(job.returnvalue), id, 'not what this run has asked for');
      return undefined;
    }
    try {
      const answer =
        failure === undefined ? await this.#answer(job.returnvalue, batch) : givenUp(batch, failure, ids);
      const entries = this.#ledger.take(batch.network, answer.images);
      for (const entry of entries) {
        if ('failed' in entry && !entry.leftOut)
          this.#reporter.failed({ id: entry.id, message: entry.failed });
      }
      return { kind: 'batch', network: batch.network, images: entries, spent: answer.spent };
    } catch (error) {
      if (!(error instanceof WrongAnswer)) throw error;
      this.#wrong.add(workerOf(job.returnvalue), id, error.message);
      return undefined;
    }
  }

  async #answer(returned: unknown, job: BatchJob): Promise<BatchResult> {
    const answer = await checkedAnswer(returned, job, this.#run);
    this.#wrong.sawRight();
    this.#rates.add(answer);
    return answer;
  }

  /** Takes back what no worker has begun, and waits for the rest. */
  async #finishBatches(): Promise<void> {
    for (;;) {
      await this.#checkLocks();
      await this.#queue.drain();
      const active = await this.#queue.getActiveCount();
      if ((await this.#collect()) > 0) continue;
      if (active === 0) return;
      await pause(POLL);
    }
  }

  /** Leaves nothing of the run in Redis: the journal has it all. */
  async #tidy(): Promise<void> {
    await withdrawRun(this.#client, this.#key);
    await this.#queue.obliterate({ force: true, count: 10_000 });
    await sweep(this.#client, this.#key);
  }
}
