import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localizationSchema } from '../../src/config/localization.js';
import type { Dataset } from '../../src/datasets/dataset.js';
import { LocalizationEvaluator } from '../../src/eval/boxes/localization-evaluator.js';
import { BoxDrawer } from '../../src/experiments/localization/drawer.js';
import { judgeImage } from '../../src/experiments/localization/judge.js';
import { imageLines, imagesHead } from '../../src/experiments/localization/rows.js';
import type { Explainer } from '../../src/explainer/explainer.js';
import { answering, type Question } from '../../src/explainer/question.js';
import type { Failure } from '../../src/run/batches.js';
import { oneToOne } from '../../src/run/class-mapping.js';
import { batchExplainer } from '../../src/run/explained.js';
import { runNetwork } from '../../src/run/network.js';
import { input, makeExplainer, makeWorld, type Scene } from './world.js';

const scenes: readonly Scene[] = [
  { label: 0, at: [1, 1, 4, 4], factor: 1 },
  { label: 1, at: [0, 0, 3, 6], factor: 2 },
  { label: 2, at: [4, 2, 4, 4], factor: 3, annotated: 2 },
  { label: 0, at: [1, 1, 2, 2], factor: 1, broken: 'image' },
  { label: 1, at: [2, 2, 4, 4], factor: 2, blacklisted: true },
  { label: 2, at: [5, 5, 2, 3], factor: 4 },
  { label: 0, at: [0, 0, 8, 8], factor: 1, broken: 'annotation' },
  { label: 1, at: [0, 4, 8, 4], factor: 5 },
  { label: 2, at: [1, 1, 6, 6], factor: 2 },
];
const names = ['plane', 'wrong', 'center-box'].map((method) => ({ network: 'net', method, layer: '' }));
const top = [1, 3];
// Half of the maximum: there, upsampling leaves an object's outline where it is.
const localization = localizationSchema.parse({ top, threshold: 0.5 });

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-run-'));
  dataset = await makeWorld(folder, scenes);
});
afterAll(() => rm(folder, { recursive: true }));

const explain = (explainer: Explainer, offset: 0 | 1 = 0) =>
  batchExplainer({ explainer, mapping: oneToOne(offset) }, { top: explainer.k }, 3);
const drawer = new BoxDrawer([localization, localization]);

async function run(batch: number, count = scenes.length, seen: number[] = [], positions?: readonly number[]) {
  let csv = imagesHead(top);
  const progress: number[] = [];
  const failures: Failure[] = [];
  const evaluators = names.map(() => new LocalizationEvaluator(count, top));
  await runNetwork({
    explain: explain(makeExplainer(3, seen)),
    dataset,
    ids: dataset.ids.slice(0, count),
    positions: positions ?? [...dataset.ids.keys()].slice(0, count),
    input,
    batch,
    onImage: async (position, { sample }, image) => {
      const draw = await drawer.on(image);
      const judged = judgeImage(image, 2, draw, localization);
      csv += imageLines(names, sample, judged, dataset.classes, top);
      judged.judgements.forEach(({ decision }, row) => {
        evaluators[row]!.add(position, decision);
      });
    },
    onFailure: (_position, failure) => failures.push(failure),
    onBatch: (done) => void progress.push(done),
  });
  return { csv, failures, progress, errors: evaluators.map((evaluator) => evaluator.compute()) };
}

describe('runNetwork', () => {
  it('finds what the hand-made network sees', async () => {
    const { errors } = await run(4);
    const [plane, wrong, center] = errors;
    // 7 of 9 images can be read, one of them is blacklisted.
    expect(plane![0]!.classification).toEqual({ n: 7, errors: 0, percent: 0 });
    expect(plane![0]!.localization).toEqual({ n: 6, errors: 0, percent: 0 });
    // The inverted map of an object in the middle is the frame round it, whose box is the whole image.
    expect(wrong![0]!.localization.n).toBe(6);
    expect(wrong![0]!.localization.errors).toBeGreaterThan(3);
    // Only the object of 6 × 6 eighths in the middle has an IoU of 0.5 with the centre box of 5.6 × 5.6: 0.87.
    expect(center![0]!.localization).toMatchObject({ n: 6, errors: 5 });
  });

  it('gives the same bytes whatever the batch size', async () => {
    const one = await run(1);
    for (const batch of [2, 3, 5, 9, 50]) {
      const other = await run(batch);
      expect(other.csv).toBe(one.csv);
      expect(other.errors).toEqual(one.errors);
    }
    expect(one.csv.split('\n')).toHaveLength(1 + 7 * 3 + 1);
  });

  it('gives the first images the same lines when there are fewer', async () => {
    const whole = await run(4);
    const part = await run(4, 5);
    expect(whole.csv.startsWith(part.csv)).toBe(true);
    expect(part.csv.split('\n')).toHaveLength(1 + 4 * 3 + 1);
  });

  it('does the images that are asked for, in batches across the gaps', async () => {
    const seen: number[] = [];
    const { csv, progress } = await run(2, scenes.length, seen, [1, 4, 5, 8]);
    expect(seen).toEqual([2, 2]);
    expect(progress).toEqual([2, 4]);
    const whole = (await run(4)).csv.split('\n');
    for (const line of csv.split('\n')) expect(whole).toContain(line);
    expect(csv.split('\n')).toHaveLength(1 + 4 * 3 + 1);
  });

  it('finishes the batch at work once it is told to stop', async () => {
    const stop = new AbortController();
    const batches: number[] = [];
    await runNetwork({
      ...{ explain: explain(makeExplainer(3)), dataset, ids: dataset.ids, input, batch: 2 },
      ...{ positions: [...dataset.ids.keys()], onImage: () => {}, onFailure: () => {} },
      onBatch: (done) => {
        batches.push(done);
        stop.abort();
      },
      stop: stop.signal,
    });
    expect(batches.length).toBeGreaterThan(0);
    expect(batches.at(-1)).toBeLessThan(scenes.length);
  });

  it('asks whether the data are still there when an image cannot be read', async () => {
    let handedOut = 0;
    const run = runNetwork({
      ...{ explain: explain(makeExplainer(3)), dataset, ids: dataset.ids, input, batch: 2 },
      positions: [0, 1, 2, 3],
      ...{ onFailure: () => {}, onBatch: () => {} },
      onImage: () => void handedOut++,
      onBroken: () => Promise.reject(new Error('gone')),
    });
    await expect(run).rejects.toThrow('gone');
    expect(handedOut).toBe(2);
  });

  it('lists broken images in order and counts them nowhere', async () => {
    const { failures, csv } = await run(2);
    expect(failures.map(({ id }) => id)).toEqual(['image-3', 'image-6']);
    expect(failures[0]!.message).toContain('3.png');
    expect(failures[1]!.message).toBe('image-6: no annotation');
    expect(csv).not.toContain('image-3');
  });

  it('fills the batches but for the last, and tells how far it is', async () => {
    const seen: number[] = [];
    const { progress } = await run(4, 9, seen);
    // Two of the nine cannot be read, and do not run.
    expect(seen).toEqual([3, 3, 1]);
    expect(progress).toEqual([4, 8, 9]);
  });

  it('throws what is no fault of an image', async () => {
    const explainer = { ...makeExplainer(3), ask: () => Promise.reject(new Error('engine failed')) };
    const run = runNetwork({
      ...{ explain: explain(explainer), dataset, ids: dataset.ids, input, batch: 2 },
      ...{ positions: [0, 1, 2], onImage: () => {}, onFailure: () => {}, onBatch: () => {} },
    });
    await expect(run).rejects.toThrow('engine failed');
  });

  it('reads a network whose first class is a background class', async () => {
    const plain = makeExplainer(1);
    const explainShifted = async (question: Question<'pass' | 'maps'>) => {
      const batch = await plain.ask({ ...question, kind: 'pass' });
      const logits = new Float32Array(question.n * 4);
      for (let i = 0; i < question.n; i++) logits.set(batch.logits.subarray(3 * i, 3 * i + 3), 4 * i + 1);
      return { ...batch, logits, classIds: batch.classIds.map((id) => id + 1) };
    };
    const shifted: Explainer = {
      ...plain,
      classCount: 4,
      ask: answering({
        ...{ pass: explainShifted, maps: explainShifted },
        ...{ scores: (question) => plain.ask(question), gradient: (question) => plain.ask(question) },
      }),
    };
    const wrong: number[] = [];
    await runNetwork({
      ...{ explain: explain(shifted, 1), dataset, ids: dataset.ids, input, batch: 4 },
      onImage: (position, { sample }, { top: [best] }) => {
        if (!sample.labels.includes(best!.classIndex)) wrong.push(position);
      },
      ...{ positions: [...dataset.ids.keys()], onFailure: () => {}, onBatch: () => {} },
    });
    expect(wrong).toEqual([]);
  });
});
