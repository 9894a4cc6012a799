import { describe, expect, it } from 'vitest';
import type { ExplainedImage, JudgedNetwork, Scores } from '../../../src/eval/experiment.js';
import { probabilityText } from '../../../src/experiments/adversarial/figures.js';
import {
  type AdversarialOptions,
  adversarialRecord,
  adversarialSchema,
} from '../../../src/experiments/adversarial/record.js';
import { BoxDrawer } from '../../../src/experiments/localization/drawer.js';
import { fromJpegText } from '../../../src/images/jpeg-text.js';
import { DEFAULT_BOX_RULE } from '../../eval/box-rules.js';

/*
 * A network that is read off: class 0 likes red, class 1 green, class 2 nothing, each the sum of its plane over a 2 × 2
 * image. The map of a class is its plane.
 */
const size = { width: 2, height: 2 };
const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

function scoresOf(input: Float32Array): Scores {
  const logits = Float32Array.of(sum(input.subarray(0, 4)), sum(input.subarray(4, 8)), 0);
  const total = logits.reduce((all, logit) => all + Math.exp(logit), 0);
  return {
    logits,
    of: (index) => logits[index]!,
    probability: (index) => Math.exp(logits[index]!) / total,
  };
}

function imageOf(input: Float32Array): ExplainedImage {
  const explained = (copy: Float32Array, classIndex: number) => ({
    classIndex,
    score: scoresOf(copy).of(classIndex),
    map: () => ({ data: copy.slice(4 * classIndex, 4 * classIndex + 4), ...size }),
  });
  const gradient = (id: number) => Array.from({ length: 12 }, (_, i) => Number(Math.floor(i / 4) === id));
  return {
    truth: {
      id: 'one',
      imagePath: 'one.png',
      labels: [0],
      objects: [
        {
          className: 'a',
          classIndex: 0,
          box: { x0: 0, y0: 0, x1: 0, y1: 1 },
          ...{ difficult: false, truncated: false, occluded: false },
        },
      ],
      size,
      annotatedSize: size,
      blacklisted: false,
    },
    mask: async () => undefined,
    picture: async () => ({ data: new Uint8Array(12), ...size }),
    geometry: { image: size, input: size, region: { x: 0, y: 0, ...size } },
    scores: scoresOf(input),
    top: [explained(input, 0)],
    given: [],
    input: () => input,
    score: async (copy) => [scoresOf(copy)],
    explain: async (copy, _, classes) => [classes.map((index) => explained(copy, index))],
    gradient: async (copy, _, ids) => ({
      scores: [scoresOf(copy)],
      gradients: Float32Array.from(ids.flatMap(gradient)),
    }),
  };
}

const network: JudgedNetwork = {
  name: 'planes',
  index: 0,
  outputs: [{ method: 'plane', layer: 'input', ...size }],
  scale: { color: 'rgb', gain: [1, 1, 1], black: [0, 0, 0] },
  classes: ['red', 'green', 'none'].map((id) => ({ id, name: id })),
  // The only absent class is green.
  members: (index) => (index === 2 ? [] : [index]),
  probability: ['softmax'],
};
const options: AdversarialOptions = {
  kind: 'fgsm',
  ...{ epsilon: 4, step: 2, iterations: 9, confidence: 0.9999, seed: 1 },
  target: 'random',
};
// Red 5 and 3 on the left, 1 on the right; green 1 everywhere.
const input = Float32Array.of(5, 1, 3, 1, 1, 1, 1, 1, 0, 0, 0, 0);

const drawer = new BoxDrawer([DEFAULT_BOX_RULE]);

describe('adversarialRecord', () => {
  it('attacks an absent class and measures the true one again, worked by hand', async () => {
    const record = (await adversarialRecord(imageOf(input), network, options, drawer))!;
    // A step: red −2 down to 0, green +2. 10 : 4, then 4 : 12, which has 1 / (1 + e^−8 + e^−12) = 0.99966; then 1 : 20.
    expect(record).toMatchObject({ true: 0, target: 1, right: true, reached: true, steps: 2 });
    const p = (a: number, b: number) => Math.exp(a) / (Math.exp(a) + Math.exp(b) + 1);
    expect(record.confidence.true[0]).toBeCloseTo(p(10, 4), 6);
    expect(record.confidence.target[1]).toBeGreaterThan(0.9999);
    const [before, after] = record.found[0]!;
    // Red was 5, 1, 3, 1: the box takes all; the maximum and 8 of 10 are on the left. Red is 1, 0, 0, 0 after: all of it.
    expect(before).toEqual({ iou: 0.5, pointed: true, energy: 0.8 });
    expect(after).toEqual({ iou: 0.5, pointed: true, energy: 1 });
    expect(record.uniform).toBe(0.5);
    const pixels = await fromJpegText(record.pictures![0]);
    expect([pixels.width, pixels.height]).toEqual([2, 2]);
  });

  it('measures what knows nothing of the true class on the same boxes', async () => {
    const record = (await adversarialRecord(imageOf(input), network, options, drawer))!;
    // Green is 5 everywhere after the attack: half of it is on the left, and the first maximum is, too.
    expect(record.targetFound).toEqual([{ iou: 0.5, pointed: true, energy: 0.5 }]);
    // The middle of two pixels: the first of four equals.
    expect(record.center).toMatchObject({ pointed: true });
    // The box of 1.4 × 1.4 pixels has 0.7 × 1.4 of the left half's 1 × 2.
    expect(record.center.iou).toBeCloseTo(0.98 / (2 + 1.96 - 0.98), 6);
    expect(record.second).toBeUndefined();
  });

  it('looks for a second true class on its own boxes', async () => {
    const { truth } = imageOf(input);
    const [left] = truth.objects;
    const right = { ...left!, className: 'b', classIndex: 1, box: { x0: 1, y0: 0, x1: 1, y1: 1 } };
    const image = { ...imageOf(input), truth: { ...truth, labels: [0, 1], objects: [left!, right] } };
    const three = { ...network, members: (index: number) => [index] };
    // Class 2 scores 0: it has a third when the attack has taken all red and green away.
    const third = { ...options, epsilon: 9, iterations: 40, confidence: 0.3 };
    const record = (await adversarialRecord(image, three, third, drawer))!;
    expect(record).toMatchObject({ true: 0, target: 2, second: { class: 1 }, reached: true });
    expect(record.maps!.map((side) => side.length)).toEqual([3, 3]);
    expect(record.boxes).toEqual([[[0, 0, 0.5, 1]], [[0.5, 0, 1, 1]]]);
    const { found, confidence } = record.second!;
    expect(found[0]![0]).toEqual({ iou: 0.5, pointed: false, energy: 0.5 });
    expect(confidence[0]).toBeCloseTo(Math.exp(4) / (Math.exp(10) + Math.exp(4) + 1), 6);
    // The schema takes what the record is: it is held against it before a worker's record is kept.
    const schema = adversarialSchema({ ...three, classes: 3 });
    expect((await schema.safeParseAsync(JSON.parse(JSON.stringify(record)))).success).toBe(true);
  });

  it('keeps what its figure shows: maps and probabilities of each class, before and after', async () => {
    const record = (await adversarialRecord(imageOf(input), network, options, drawer))!;
    expect(record.maps!.map((side) => side.length)).toEqual([2, 2]);
    expect(record.boxes).toEqual([[[0, 0, 0.5, 1]], []]);
    const [, [real, target]] = record.probabilities!;
    // Six digits, although the confidences of the table are rounded to 0 and 1.
    expect(record.confidence.true[1]).toBe(0);
    expect(real).toBeGreaterThan(0);
    expect(target).toBeGreaterThan(0.9999);
    const schema = adversarialSchema({ ...network, classes: 3 });
    expect((await schema.safeParseAsync(record)).success).toBe(true);
    const { probabilities, ...without } = record;
    expect((await schema.safeParseAsync(without)).success).toBe(false);
    expect(
      (await schema.safeParseAsync({ ...record, maps: [[record.maps![0][0]], record.maps![1]] })).success,
    ).toBe(false);
  });

  it('keeps no pictures of an image that withstood', async () => {
    const record = (await adversarialRecord(
      imageOf(input),
      network,
      { ...options, epsilon: 0.5, step: 0.5 },
      drawer,
    ))!;
    expect(record).toMatchObject({ reached: false, steps: 9 });
    expect(record.pictures).toBeUndefined();
  });

  it('leaves out images without a known class, a box or an absent class', async () => {
    const of = (image: Partial<ExplainedImage>, net: Partial<JudgedNetwork> = {}) =>
      adversarialRecord({ ...imageOf(input), ...image }, { ...network, ...net }, options, drawer);
    expect(await of({ truth: { ...imageOf(input).truth, labels: [2] } })).toBeNull();
    expect(await of({ truth: { ...imageOf(input).truth, objects: [] } })).toBeNull();
    expect(await of({}, { members: (index) => (index === 0 ? [0] : []) })).toBeNull();
  });
});

describe('probabilityText', () => {
  it.each<[number, string]>([
    [0, '0'],
    [1, '1'],
    [0.534, '0.53'],
    [0.0123, '0.012'],
    [0.000412, '4e-4'],
    [3.2e-9, '3e-9'],
    [0.9966, '0.997'],
    [0.99993, '0.99993'],
    [0.9999999, '0.9999999'],
  ])('%d is %s', (value, text) => {
    expect(probabilityText(value)).toBe(text);
  });
});
