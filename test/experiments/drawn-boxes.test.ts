import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { ExplainedClass, ExplainedImage, JudgedNetwork } from '../../src/eval/experiment.js';
import { experimentOf, withExperiment } from '../../src/experiments/registry.js';
import { heatmap } from '../eval/maps.js';

/*
 * An image of 4 × 2 pixels, all of which the network sees. The object is its left half; the map is 4 there, 1 in the next
 * column and 0 in the last.
 */
const map = heatmap([
  [4, 4, 1, 0],
  [4, 4, 1, 0],
]);
const size = { width: 4, height: 2 };
const one: ExplainedClass = { classIndex: 0, score: 1, map: () => map };
const image = {
  given: [one],
  top: [{ ...one, classIndex: 1 }],
  scores: { logits: Float32Array.of(1, 2), of: () => 1, probability: () => 0.5 },
  truth: {
    ...{ id: 'a', labels: [0], blacklisted: false, size },
    objects: [{ classIndex: 0, box: { x0: 0, y0: 0, x1: 1, y1: 1 } }],
  },
  geometry: { image: size, input: size, region: { x: 0, y: 0, ...size } },
  pixels: { ...size, data: new Uint8Array(3 * 4 * 2) },
} as unknown as ExplainedImage;
const network = {
  name: 'net',
  index: 0,
  outputs: [{ method: 'cam' }, { method: 'cam' }],
} as unknown as JudgedNetwork;

function judged(experiment: string, localization: object, box: object = {}) {
  const document = {
    ...{ experiment, localization, model: { onnx: './net.onnx' }, dataset: { name: 'voc', root: '.' } },
    methods: ['cam', { name: 'cam', layer: 'other', box }],
  };
  return experimentOf(withExperiment(parseConfig(document, '.'))).judge(image, network, 0);
}

describe('layer-sweep', () => {
  const errors = async (localization: object, box?: object) =>
    ((await judged('layer-sweep', localization, box)) as { values: number[][] }).values.map(
      ([error]) => error,
    );

  it('draws its boxes at localization.threshold', async () => {
    // At 15 % the box has three columns, IoU 2/3; at 50 % it is the object.
    expect(await errors({ iou: 0.7 })).toEqual([100, 100]);
    expect(await errors({ iou: 0.7, threshold: 0.5 })).toEqual([0, 0]);
  });

  it('reads localization.iou', async () => {
    expect(await errors({})).toEqual([0, 0]);
    expect(await errors({ iou: 0.6 })).toEqual([0, 0]);
  });

  it('draws a method’s boxes by the method’s own rule', async () => {
    // The mean is 2.25: everything above it is the object.
    expect(await errors({ iou: 0.7 }, { rule: 'mean', alpha: 1 })).toEqual([100, 0]);
  });
});

describe('failure-analysis', () => {
  const ious = async (localization: object, box?: object) =>
    ((await judged('failure-analysis', localization, box)) as { truth: { iou: number }[] }).truth.map(
      ({ iou }) => iou,
    );

  it('draws its boxes at localization.threshold, and by a method’s own rule', async () => {
    expect(await ious({})).toEqual([0.666667, 0.666667]);
    expect(await ious({ threshold: 0.5 })).toEqual([1, 1]);
    expect(await ious({}, { threshold: 0.5 })).toEqual([0.666667, 1]);
  });
});

describe('adversarial', () => {
  it('refuses a rule that looks at the picture, of a method too', async () => {
    expect(() => judged('adversarial', { rule: 'grabcut' })).toThrow('no boxes by localization.rule grabcut');
    expect(() => judged('adversarial', {}, { rule: 'grabcut' })).toThrow('no boxes by localization.rule');
  });
});
