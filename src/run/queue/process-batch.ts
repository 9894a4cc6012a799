import pLimit from 'p-limit';
import type { BenchConfig } from '../../config/schema.js';
import type { Dataset } from '../../datasets/dataset.js';
import type { Experiment } from '../../eval/experiment.js';
import type { Explainer } from '../../explainer/explainer.js';
import type { CompiledNetwork } from '../data-classes.js';
import { DataGuard, RESUMES } from '../data-guard.js';
import { type Entry, failedEntry } from '../journal/entries.js';
import { runNetwork, type Timings } from '../network.js';
import { networkBasis } from '../network-basis.js';
import { spentOf } from '../network-result.js';
import { type BatchJob, type BatchResult, checkedJob, NotAJob } from './batch-job.js';

interface BatchContext {
  /** What the worker is called. */
  readonly worker: string;
  readonly config: BenchConfig;
  readonly experiment: Experiment<unknown>;
  readonly dataset: Dataset;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  /** One per network of the configuration. */
  readonly compiled: readonly CompiledNetwork[];
}

function notAJob(): never {
  throw new NotAJob('it asks for what is not in this run');
}

/**
 * Computes batches as a run in one piece does. Several may be under way: their images are read and judged while the
 * networks, one batch at a time, are at work on others.
 *
 * The time spent: `wall` since the batch before, or since this one began if that was later; `waited` is what of it
 * the network was not at work.
 */
export function batchProcessor({ worker, compiled, ...shared }: BatchContext) {
  const { config } = shared;
  const guard = new DataGuard(config.dataset.root, RESUMES);
  const oneAtATime = pLimit(1);
  let last = 0;

  return async (job: BatchJob): Promise<BatchResult> => {
    const { network, at } = checkedJob(job, compiled.length, shared.ids.length) ?? notAJob();
    const start = performance.now();
    let atWork = 0;
    const own = compiled[network]!;
    const { explainer } = own;
    const queued: Explainer = {
      ...explainer,
      ask: (question) =>
        oneAtATime(async () => {
          const started = performance.now();
          try {
            return await explainer.ask(question);
          } finally {
            atWork += performance.now() - started;
          }
        }),
    };
    const { run, entryOf } = networkBasis(shared, network, { ...own, explainer: queued });
    const images: Entry[] = [];
    let spent: Timings | undefined;
    await runNetwork({
      ...run,
      positions: at,
      batch: at.length,
      onImage: async (position, loaded, image) => {
        guard.sawImage(loaded.sample.imagePath);
        images.push(await entryOf(position, loaded, image));
      },
      onBroken: () => guard.check(),
      onFailure: (position, failure) => images.push(failedEntry(position, failure)),
      onBatch: (_, timings) => {
        spent = timings;
      },
    });
    const now = performance.now();
    const wall = now - Math.max(last, start);
    last = now;
    const waited = Math.max(0, wall - atWork);
    return { worker, images, spent: spentOf({ ...spent!, wall, network: atWork, waited }) };
  };
}
