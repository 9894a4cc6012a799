import { describe, expect, it } from 'vitest';
import type { ExplainedImage } from '../../src/eval/experiment.js';
import type { Explainer } from '../../src/explainer/explainer.js';
import { answering } from '../../src/explainer/question.js';
import type { Batch } from '../../src/run/batches.js';
import { type ClassMapping, oneToOne } from '../../src/run/class-mapping.js';
import { batchExplainer, classPlaces, GIVEN_PLACES } from '../../src/run/explained.js';
import { LOGITS } from './scored.js';

/*
 * A network that is read off: image i is filled with the value i + 1, class c scores c · value, and the one-pixel map
 * of a class is 100 · value + c.
 */
const CLASSES = 10;

function explainer(k: number, top: number): Explainer & { readonly runs: number[] } {
  const runs: number[] = [];
  const answer = (images: Float32Array, n: number, given: Int32Array | undefined, places: number) => {
    const width = places + (given === undefined ? 0 : given.length / n);
    const classIds = new Int32Array(n * width);
    const logits = new Float32Array(n * CLASSES);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < places; j++) classIds[i * width + j] = CLASSES - 1 - j;
      if (given !== undefined) {
        classIds.set(
          given.subarray((i * given.length) / n, ((i + 1) * given.length) / n),
          i * width + places,
        );
      }
      for (let c = 0; c < CLASSES; c++) logits[i * CLASSES + c] = c * images[3 * i]!;
    }
    const map = Float32Array.from(classIds, (c, at) => 100 * images[3 * Math.floor(at / width)]! + c);
    return { logits, classIds, maps: [map], sizes: [{ height: 1, width: 1 }], readings: [] };
  };
  return {
    runs,
    ...{ score: LOGITS, notes: [], device: 'test', classCount: CLASSES, k, inputShape: [3, 1, 1] },
    outputs: [{ method: 'm', layer: 'l', height: 1, width: 1 }],
    readings: [],
    ask: answering({
      pass: async ({ images, n, classIds }) => {
        runs.push(n);
        const result = answer(images, n, classIds, top);
        images.fill(Number.NaN);
        return result;
      },
      scores: async ({ images, n }) => answer(images, n, undefined, 0).logits,
      maps: async ({ images, n, classIds, randomized = 0 }) =>
        answer(
          images.map((value) => value + 10 * randomized),
          n,
          classIds,
          0,
        ),
      gradient: async ({ images, n, classIds }) => {
        const { logits, maps } = answer(images, n, classIds, 0);
        return { logits, gradients: maps[0]! };
      },
    }),
    close: async () => {},
  };
}

/** Images with those classes; undefined could not be read. */
function batchOf(labels: readonly (readonly number[] | undefined)[]): Batch {
  const places = [...labels.keys()].filter((i) => labels[i] !== undefined);
  const images = Float32Array.from(places.flatMap((i) => [1, 1, 1].map((one) => one + i)));
  const size = { width: 1, height: 1 };
  const entries = labels.map((own, i) => {
    if (own === undefined) return { id: `${i}`, message: 'broken' };
    const sample = {
      id: `${i}`,
      imagePath: '',
      labels: own,
      objects: [],
      size,
      annotatedSize: size,
      blacklisted: false,
    };
    return { sample, geometry: { image: size, input: size, region: { x: 0, y: 0, ...size } } };
  });
  return { start: 0, groups: [{ size, images, places }], entries, milliseconds: 0 };
}

const needs = { top: 2, given: ({ labels }: ExplainedImage['truth']) => labels };
const values = (image: ExplainedImage | undefined) => ({
  top: image!.top.map(({ map }) => map(0).data[0]),
  given: image!.given.map(({ classIndex, map }) => [classIndex, map(0).data[0]]),
});

function make(mapping: ClassMapping, changes = false) {
  const { k, top } = classPlaces(needs);
  const made = explainer(k, top);
  return { made, explain: batchExplainer({ explainer: made, mapping }, { ...needs, changes }, CLASSES) };
}

describe('batchExplainer', () => {
  it('gives each image its own classes from one pass', async () => {
    const { made, explain } = make(oneToOne(0));
    const images = await explain(batchOf([[3], [1, 5], []]));
    expect(made.runs).toEqual([3]);
    expect(values(images[0])).toEqual({ top: [109, 108], given: [[3, 103]] });
    expect(values(images[1])).toEqual({ top: [209, 208], given: [[1, 201], [5, 205]] }); // biome-ignore format: pairs
    expect(values(images[2])).toEqual({ top: [309, 308], given: [] });
    expect(images[1]!.scores.of(5)).toBe(10);
    expect(images[0]!.scores.probability(9)).toBeCloseTo((1 - Math.exp(-1)) / (1 - Math.exp(-10)), 5);
  });

  it('takes an image through the pass again when it has more classes than places', async () => {
    const { made, explain } = make(oneToOne(0));
    const many = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const images = await explain(batchOf([[3], undefined, many, [4]]));
    // What could not be read does not run.
    expect(made.runs).toEqual([2 + Math.ceil(many.length / GIVEN_PLACES)]);
    expect(values(images[0]).given).toEqual([[3, 103]]);
    expect(images[1]).toBeUndefined();
    expect(values(images[2]).given).toEqual(many.map((c) => [c, 300 + c]));
    expect(values(images[3])).toEqual({ top: [409, 408], given: [[4, 404]] });
  });

  it('leaves out classes that the network does not know', async () => {
    const groups = [[2], [], [9]];
    const mapping: ClassMapping = {
      members: (index) => groups[index]!,
      classOf: (id) => groups.findIndex((members) => members.includes(id)),
      // The network of this test takes its own classes.
      idOf: (index) => groups[index]![0]!,
    };
    const { explain } = make(mapping);
    const [image] = await explain(batchOf([[0, 1, 2]]));
    expect(values(image)).toEqual({ top: [109, 108], given: [[0, 102], [2, 109]] }); // biome-ignore format: pairs
    expect(image!.top.map(({ classIndex }) => classIndex)).toEqual([2, -1]);
    expect(image!.scores.of(1)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('shows the network changed copies', async () => {
    const { explain } = make(oneToOne(0), true);
    const [, image] = await explain(batchOf([[1], [2]]));
    expect([...image!.input()]).toEqual([2, 2, 2]);
    const copies = Float32Array.of(5, 5, 5, 7, 7, 7);
    expect((await image!.score(copies, 2)).map((scores) => scores.of(3))).toEqual([15, 21]);
    const maps = await image!.explain(copies, 2, [4, 6]);
    expect(maps.map((classes) => classes.map(({ map }) => map(0).data[0]))).toEqual([[504, 506], [704, 706]]); // biome-ignore format: pairs
    const [other] = await image!.explain(copies, 2, [4], 2);
    expect(other!.map(({ map }) => map(0).data[0])).toEqual([2504]);
    const { scores, gradients } = await image!.gradient(copies, 2, [3, 1]);
    expect(scores.map(({ of }) => of(3))).toEqual([15, 21]);
    expect([...gradients]).toEqual([503, 501, 703, 701]);
    expect(copies[0]).toBe(5);
  });

  it('keeps no input unless the experiment says that it changes it', async () => {
    const { explain } = make(oneToOne(0));
    const [image] = await explain(batchOf([[1]]));
    expect(() => image!.input()).toThrow(/needs\.changes/);
  });
});
