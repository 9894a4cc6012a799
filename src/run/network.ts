import pLimit from 'p-limit';
import type { LocalizationConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { BoxRule } from '../eval/largest-box.js';
import { LocalizationEvaluator } from '../eval/localization-evaluator.js';
import type { InputSpec } from '../images/preprocess.js';
import type { ExplainedBatch, Explainer } from '../methods/explainer.js';
import { ahead } from './ahead.js';
import { type Batch, batchStarts, type Failure, type LoadedImage, loadBatch } from './batches.js';
import { Judge, type JudgedImage, type NetworkShape } from './judge.js';

/** Batches that are decoded before the network asks for them; with it, what bounds the memory. */
const BATCHES_AHEAD = 2;
const CONCURRENT_DECODES = 4;

export interface NetworkRun {
  readonly explainer: Explainer;
  readonly dataset: Dataset;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  readonly input: InputSpec;
  readonly background: boolean;
  readonly localization: LocalizationConfig;
  /** The box rule of each output of the explainer. */
  readonly boxRules: readonly BoxRule[];
  readonly batch: number;
  /** Called for every judged image in the data set's order. */
  readonly onImage: (
    image: LoadedImage,
    judged: JudgedImage,
    maps: (output: number, j: number) => Float32Array,
  ) => Promise<void> | void;
  readonly onFailure: (failure: Failure) => void;
  readonly onProgress: (done: number) => void;
}

/**
 * Seconds. `network`: it was at work; `waited`: it waited for images; `decode`: summed over images that are read
 * at the same time, so it may exceed `wall`; `evaluation`: mostly while the network was at work.
 */
export interface Timings {
  readonly wall: number;
  readonly network: number;
  readonly waited: number;
  readonly decode: number;
  readonly evaluation: number;
}

export interface NetworkOutcome {
  /** One per output of the explainer, then the centre box's. */
  readonly evaluators: readonly LocalizationEvaluator[];
  readonly failures: readonly Failure[];
  /** Images whose boxes were scaled, because the annotation speaks of another size than the file has. */
  readonly scaled: number;
  readonly timings: Timings;
}

/**
 * Runs one network over the images. While it works on a batch, the batch before is evaluated and the next ones
 * are decoded; the order of evaluation is the data set's whatever the batch size.
 */
export async function runNetwork(run: NetworkRun): Promise<NetworkOutcome> {
  const { explainer, dataset, ids, localization } = run;
  const shape: NetworkShape = { ...explainerShape(explainer), offset: run.background ? 1 : 0 };
  const judge = new Judge(localization, shape, run.boxRules);
  const rows = explainer.outputs.length + 1;
  const evaluators = Array.from(
    { length: rows },
    () => new LocalizationEvaluator(ids.length, localization.top),
  );
  const failures: Failure[] = [];
  let scaled = 0;
  const spent = { network: 0, waited: 0, decode: 0, evaluation: 0 };

  const evaluate = async (batch: Batch, explained: ExplainedBatch) => {
    const began = performance.now();
    for (const [i, entry] of batch.entries.entries()) {
      if (!('sample' in entry)) {
        failures.push(entry);
        run.onFailure(entry);
        continue;
      }
      const judged = judge.judge(explained, i, entry);
      for (const [row, judgement] of judged.judgements.entries()) {
        evaluators[row]!.add(batch.start + i, judgement.decision);
      }
      const { size, annotatedSize } = entry.sample;
      if (size.width !== annotatedSize.width || size.height !== annotatedSize.height) scaled++;
      await run.onImage(entry, judged, (output, j) => mapValues(explainer, explained, output, i, j));
    }
    spent.evaluation += performance.now() - began;
    run.onProgress(batch.start + batch.entries.length);
  };

  const limit = pLimit(CONCURRENT_DECODES);
  const load = (start: number) =>
    loadBatch(dataset, ids.slice(start, start + run.batch), start, run.input, limit);
  const began = performance.now();
  let previous: (() => Promise<void>) | undefined;
  let asked = performance.now();
  for await (const batch of ahead(batchStarts(ids.length, run.batch), load, BATCHES_AHEAD)) {
    const started = performance.now();
    spent.waited += started - asked;
    spent.decode += batch.milliseconds;
    const running = explainer.run(batch.images, batch.entries.length).finally(() => {
      spent.network += performance.now() - started;
    });
    running.catch(() => {});
    await previous?.();
    const explained = await running;
    previous = () => evaluate(batch, explained);
    asked = performance.now();
  }
  await previous?.();
  const wall = performance.now() - began;
  return { evaluators, failures, scaled, timings: inSeconds({ wall, ...spent }) };
}

function explainerShape({ k, classCount, outputs }: Explainer) {
  return { k, classCount, outputs };
}

function mapValues(explainer: Explainer, batch: ExplainedBatch, output: number, image: number, j: number) {
  const { width, height } = explainer.outputs[output]!;
  const start = (image * explainer.k + j) * width * height;
  return batch.maps[output]!.subarray(start, start + width * height);
}

function inSeconds(timings: Timings): Timings {
  const seconds = (milliseconds: number) => Math.round(milliseconds) / 1000;
  return {
    wall: seconds(timings.wall),
    network: seconds(timings.network),
    waited: seconds(timings.waited),
    decode: seconds(timings.decode),
    evaluation: seconds(timings.evaluation),
  };
}
