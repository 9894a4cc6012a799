import { describe, expect, it } from 'vitest';
import type { ExplainedImage, JudgedNetwork, Scores } from '../../../src/eval/experiment.js';
import { type AdversarialOptions, adversarialRecord } from '../../../src/experiments/adversarial/record.js';
import { BoxDrawer } from '../../../src/experiments/localization/drawer.js';
import { fromJpegText } from '../../../src/images/jpeg-text.js';
import { DEFAULT_BOX_RULE } from '../../eval/box-rules.js';

/*
 * A network that is read off: class 0 likes red, class 1 green, class 2 nothing, each the sum of its plane over a 2 × 2
 * image. The map of class 0 is the red plane.
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
  const explained = (copy: Float32Array) => ({
    classIndex: 0,
    score: scoresOf(copy).of(0),
    map: () => ({ data: copy.slice(0, 4), ...size }),
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
    top: [explained(input)],
    given: [],
    input: () => input,
    score: async (copy) => [scoresOf(copy)],
    explain: async (copy) => [[explained(copy)]],
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
