import { describe, expect, it } from 'vitest';
import type { Heatmap } from '../../../src/base/heatmap.js';
import type { ObjectTruth } from '../../../src/base/sample.js';
import type { ExplainedClass } from '../../../src/eval/experiment.js';
import { evaluatePointing, type Run } from '../../../src/experiments/pointing/evaluate.js';
import { pointingRecord } from '../../../src/experiments/pointing/record.js';
import { heatmap } from '../../eval/maps.js';

const size = { width: 4, height: 4 };
const geometry = { image: size, input: size, region: { x: 0, y: 0, ...size } };
const options = { tolerance: 1, smooth: 0.25, smoothed: ['backprop'], top: 5 };

const object = (classIndex: number, box: readonly number[], more: Partial<ObjectTruth> = {}): ObjectTruth => {
  const [x0, y0, x1, y1] = box as [number, number, number, number];
  const flags = { difficult: false, truncated: false, occluded: false };
  return { className: `c${classIndex}`, classIndex, box: { x0, y0, x1, y1 }, ...flags, ...more };
};

const truthOf = (...objects: ObjectTruth[]) => ({
  id: 'one',
  labels: [...new Set(objects.map(({ classIndex }) => classIndex))].sort((a, b) => a - b),
  ...{ imagePath: 'one.png', objects, size, annotatedSize: size, blacklisted: false },
});

const point = (x: number, y: number, value = 1): Heatmap =>
  heatmap(
    Array.from({ length: 4 }, (_, row) =>
      [0, 1, 2, 3].map((column) => (row === y && column === x ? value : 0)),
    ),
  );

const explained = (classIndex: number, ...maps: Heatmap[]): ExplainedClass => ({
  ...{ classIndex, score: 1, map: (output) => maps[output]! },
});

const output = (method: string) => ({ method, layer: 'l', width: 4, height: 4 });

describe('pointingRecord', () => {
  it('judges each class by its own map, on the union of its boxes', () => {
    const truth = truthOf(object(0, [0, 0, 0, 0]), object(0, [3, 3, 3, 3]), object(1, [0, 0, 1, 1]));
    const given = [explained(0, point(3, 3), point(1, 1)), explained(1, point(3, 0), point(1, 1))];
    const { cues } = pointingRecord(
      { truth, given, top: [], geometry },
      { outputs: [output('grad-cam'), output('cam')] },
      options,
    );
    expect(cues).toEqual([
      { class: 0, difficult: true, center: 0, covered: 2 / 16, hit: [1, 0], energy: [1, 0] },
      // A quarter of the image is not less than a quarter of it.
      { class: 1, difficult: false, center: 0, covered: 4 / 16, hit: [0, 1], energy: [0, 1] },
    ]);
  });

  it('leaves out a class whose objects are all difficult; one that is not brings the others along', () => {
    const small = [0, 0, 0, 0];
    const difficult = { difficult: true };
    const truth = truthOf(object(0, small, difficult), object(1, small), object(1, [2, 2, 2, 2], difficult));
    const given = [explained(0, point(0, 0)), explained(1, point(2, 2))];
    const { cues } = pointingRecord(
      { truth, given, top: [], geometry },
      { outputs: [output('cam')] },
      options,
    );
    expect(cues.map((cue) => [cue.class, cue.hit, cue.center])).toEqual([[1, [1], 1]]);
  });

  it('is no difficult cue when no other class is there, and none at all on an empty mask', () => {
    const alone = truthOf(object(0, [0, 0, 0, 0]));
    const network = { outputs: [output('cam')] };
    const given = [explained(0, point(0, 0))];
    expect(
      pointingRecord({ truth: alone, given, top: [], geometry }, network, options).cues[0]!.difficult,
    ).toBe(false);
    const empty = truthOf(object(0, [0, 0, 3, 3], { region: { ...size, counts: [16] } }));
    expect(pointingRecord({ truth: empty, given, top: [], geometry }, network, options).cues).toEqual([]);
  });

  it('takes an object’s segmentation in place of its box', () => {
    // Column by column: the pixel (1, 2) alone.
    const truth = truthOf(object(0, [0, 0, 3, 3], { region: { ...size, counts: [6, 1, 9] } }));
    const network = { outputs: [output('cam'), output('grad-cam')] };
    const given = [explained(0, point(1, 2), point(2, 1))];
    const { cues } = pointingRecord({ truth, given, top: [], geometry }, network, options);
    expect(cues[0]).toMatchObject({ covered: 1 / 16, hit: [1, 0], energy: [1, 0] });
  });

  it('smooths the gradient family alone: two weak neighbours beat a strong speck', () => {
    const map = heatmap([
      [0, 0, 0, 9],
      [0, 0, 0, 0],
      [8, 8, 0, 0],
      [8, 8, 0, 0],
    ]);
    const truth = truthOf(object(0, [0, 2, 1, 3]));
    const network = { outputs: [output('backprop'), output('grad-cam')] };
    const { cues } = pointingRecord(
      { truth, given: [explained(0, map, map)], top: [], geometry },
      network,
      options,
    );
    expect(cues[0]!.hit).toEqual([1, 0]);
  });

  it('keeps of each guess whether it is there, how strong its map is and whether it hits', () => {
    const truth = truthOf(object(0, [0, 0, 0, 0]), object(2, [0, 0, 0, 0], { difficult: true }));
    const top = [
      explained(0, point(0, 0, 7)),
      explained(1, point(0, 0, 5)),
      explained(2, point(0, 0)),
      explained(-1, point(0, 0)),
      explained(
        3,
        heatmap([
          [0, -1],
          [0, 0],
        ]),
      ),
    ];
    const { guesses } = pointingRecord(
      { truth, given: [], top, geometry },
      { outputs: [output('cam')] },
      options,
    );
    expect(guesses).toEqual([
      { class: 0, present: 1, peak: [7], hit: [1] },
      { class: 1, present: 0, peak: [5], hit: [0] },
      // Class 2 is there but not counted, −1 is no class of the data set's.
      { class: 3, present: 0, peak: [0], hit: [0] },
    ]);
  });

  it('counts an image without maps as guesses that are never right, and no other image', async () => {
    const truth = truthOf(object(0, [0, 0, 0, 0]));
    const network = { outputs: [output('cam'), output('grad-cam')] };
    const nothing = heatmap([[0]]);
    const given = [explained(0, nothing, nothing)];
    const two = { ...options, top: 2 };
    const lost = pointingRecord({ truth, given, top: [], geometry, missing: 'no maps' }, network, two);
    const never = { class: -1, present: 1, peak: [0, 0], hit: [0, 0] };
    expect(lost.guesses).toEqual([never, never]);
    expect(lost.cues.map(({ hit }) => hit)).toEqual([[0, 0]]);
    // None were asked for, or none are missing.
    const image = { truth, given, top: [], geometry };
    expect(pointingRecord({ ...image, missing: 'no maps' }, network, { ...two, top: 0 }).guesses).toEqual([]);
    expect(pointingRecord(image, network, two).guesses).toEqual([]);
    // Left out, as --partial has it: the class that lacks its map is not given.
    const partial = { ...image, given: [], missing: 'no map of c0' };
    expect(pointingRecord(partial, network, two)).toEqual({ cues: [], guesses: [] });

    const top = [explained(0, point(0, 0, 7), point(0, 0, 7)), explained(1, point(0, 0, 5), point(0, 0, 5))];
    const found = pointingRecord({ truth, given: [top[0]!], top, geometry }, network, two);
    const judged = [found, lost].map((record, at) => ({ at, id: `${at}`, record }));
    const { rejects } = await evaluatePointing({
      bootstrap: { replicates: 10, seed: 1, level: 0.95 },
      networks: [
        {
          ...{ name: 'n', index: 0, paper: undefined, outputs: network.outputs },
          records: async function* () {
            yield* judged;
          },
        },
      ],
    } as Partial<Run> as Run);
    expect(rejects.map(({ images, guesses }) => [images, guesses])).toEqual([
      [2, 4],
      [2, 4],
    ]);
    const estimates = rejects[0]!.curve.map(({ accuracy }) => accuracy.estimate);
    // Of four guesses: the hit; from the absent class's peak on, its rejection as well; at the end that alone.
    expect([estimates[0], Math.max(...estimates), estimates.at(-1)]).toEqual([25, 50, 25]);
  });
});
