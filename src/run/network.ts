import pLimit from 'p-limit';
import type { Dataset } from '../datasets/dataset.js';
import type { ExplainedImage } from '../eval/experiment.js';
import type { InputSpec } from '../images/preprocess.js';
import { ahead } from './ahead.js';
import { type Batch, batchStarts, type Failure, isFailure, type LoadedImage, loadBatch } from './batches.js';
import type { BatchExplainer } from './explained.js';

/** Batches that are decoded before the network asks for them; with it, what bounds the memory. */
const BATCHES_AHEAD = 2;
const CONCURRENT_DECODES = 4;

interface NetworkRun {
  readonly explain: BatchExplainer;
  readonly dataset: Dataset;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  /** Positions in `ids` of the images to do, ascending. */
  readonly positions: readonly number[];
  readonly input: InputSpec;
  /** Whether the network runs: it is fed the images. True when left out. */
  readonly feeds?: boolean | undefined;
  /** Hands on what the network sees as eight-bit RGB, too. */
  readonly keepPixels?: boolean | undefined;
  readonly batch: number;
  /** Called for every explained image in the data set's order, one at a time; here it is judged. */
  readonly onImage: (position: number, loaded: LoadedImage, image: ExplainedImage) => Promise<void> | void;
  readonly onFailure: (position: number, failure: Failure) => void;
  /** Called before the images of a batch in which one could not be read; it may throw to end the run. */
  readonly onBroken?: () => Promise<void>;
  /** Called when all images of a batch were handed out, with the time since the batch before. */
  readonly onBatch: (done: number, spent: Timings) => Promise<void> | void;
  /** Once aborted, the batch at work is finished and no other begun. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Milliseconds. `network`: it was at work; `waited`: it waited for images; `decode`: summed over images that are read
 * at the same time, so it may exceed `wall`; `evaluation`: mostly while the network was at work.
 */
export interface Timings {
  readonly wall: number;
  readonly network: number;
  readonly waited: number;
  readonly decode: number;
  readonly evaluation: number;
}

/**
 * Runs one network over the images. While it works on a batch, the batch before is evaluated and the next ones
 * are decoded; the order of evaluation is the data set's whatever the batch size.
 */
export async function runNetwork(run: NetworkRun): Promise<void> {
  const { dataset, ids, positions } = run;
  const spent = { network: 0, waited: 0, decode: 0, evaluation: 0 };
  let reported = { wall: performance.now(), ...spent };
  let done = 0;

  const evaluate = async (batch: Batch, explained: readonly (ExplainedImage | Failure | undefined)[]) => {
    const start = performance.now();
    if (batch.entries.some(isFailure)) await run.onBroken?.();
    for (const [i, entry] of batch.entries.entries()) {
      const position = positions[batch.start + i]!;
      if (isFailure(entry)) {
        run.onFailure(position, entry);
        continue;
      }
      const image = explained[i]!;
      if (isFailure(image)) run.onFailure(position, image);
      else await run.onImage(position, entry, image);
    }
    spent.evaluation += performance.now() - start;
    done += batch.entries.length;
    const now = { wall: performance.now(), ...spent };
    await run.onBatch(done, difference(now, reported));
    reported = now;
  };

  const limit = pLimit(CONCURRENT_DECODES);
  const load = (start: number) => {
    const batch = positions.slice(start, start + run.batch).map((position) => ids[position]!);
    return loadBatch(dataset, batch, start, run.input, limit, run);
  };
  let previous: (() => Promise<void>) | undefined;
  let waitStart = performance.now();
  for await (const batch of ahead(batchStarts(positions.length, run.batch), load, BATCHES_AHEAD)) {
    const started = performance.now();
    spent.waited += started - waitStart;
    spent.decode += batch.milliseconds;
    const running = run.explain(batch).finally(() => {
      spent.network += performance.now() - started;
    });
    running.catch(() => {});
    await previous?.();
    const explained = await running;
    previous = () => evaluate(batch, explained);
    waitStart = performance.now();
    if (run.stop?.aborted) break;
  }
  await previous?.();
}

function difference(now: Timings, before: Timings): Timings {
  return {
    wall: now.wall - before.wall,
    network: now.network - before.network,
    waited: now.waited - before.waited,
    decode: now.decode - before.decode,
    evaluation: now.evaluation - before.evaluation,
  };
}
