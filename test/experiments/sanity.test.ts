import { describe, expect, it } from 'vitest';
import type { ExplainedImage, JudgedNetwork } from '../../src/eval/experiment.js';
import { randomizations, sanity } from '../../src/experiments/sanity.js';

const size = { width: 2, height: 2 };
const heatmap = (values: readonly number[]) => ({ data: Float32Array.from(values), ...size });
const explained = (classIndex: number, values: readonly number[]) => ({
  classIndex,
  score: 0,
  map: () => heatmap(values),
});

/** Class 3 is the likelier of the two; `drawn` are the maps of the random networks in their order. */
function imageOf(drawn: readonly (readonly number[])[], asked: unknown[] = []): ExplainedImage {
  return {
    truth: {
      id: 'one',
      imagePath: 'one.png',
      labels: [1, 3],
      objects: [],
      size,
      annotatedSize: size,
      blacklisted: false,
    },
    geometry: { image: size, input: size, region: { x: 0, y: 0, ...size } },
    scores: { of: (index) => [0, 0, 9, 5][index]!, logits: new Float32Array(0), probability: () => 0 },
    input: () => new Float32Array(12),
    explain: async (_copies, n, classes, variant) => {
      asked.push([n, ...classes, variant]);
      return [[explained(classes[0]!, variant === undefined ? [1, 2, 3, 4] : drawn[variant]!)]];
    },
  } as Partial<ExplainedImage> as ExplainedImage;
}

const network = {
  // It knows no class 4.
  members: (index) => (index < 4 ? [index] : []),
  outputs: [{ method: 'm', layer: 'input', ...size }],
  scale: { color: 'rgb', gain: [1, 1, 1], black: [0, 0, 0] },
} as Partial<JudgedNetwork> as JudgedNetwork;

const experimentOf = (options: object) => sanity.configure(sanity.options.parse(options), {});
const valuesOf = async (options: object, image: ExplainedImage) =>
  ((await experimentOf(options).judge(image, network, 0)) as { values: unknown }).values;

describe('randomizations', () => {
  it('goes as deep with each draw, every draw with seeds of its own', () => {
    expect(randomizations({ layers: [1, 'all'], draws: 2, seed: 7 })).toEqual([
      { layers: 1, seed: 7 },
      { layers: 1, seed: 10_007 },
      { layers: Number.MAX_SAFE_INTEGER, seed: 7 },
      { layers: Number.MAX_SAFE_INTEGER, seed: 10_007 },
    ]);
    expect(experimentOf({}).needs).toMatchObject({ changes: true, randomized: { length: 5 } });
  });
});

describe('sanity', () => {
  it('wants each depth once', () => {
    expect(sanity.options.safeParse({ layers: [1, 'all', 1] }).success).toBe(false);
  });

  it('correlates the likelier true class’s map with that of each random network', async () => {
    const asked: unknown[] = [];
    // The same order; reversed; one swap of neighbours: 1 − 6·2 / (4·15).
    const drawn = [[10, 20, 30, 40], [4, 3, 2, 1], [1, 2, 4, 3]]; // biome-ignore format: maps
    expect(await valuesOf({ layers: [1, 2, 'all'] }, imageOf(drawn, asked))).toEqual([[1, -1, 0.8]]);
    expect(asked).toEqual([[1, 3, undefined], [1, 3, 0], [1, 3, 1], [1, 3, 2]]); // biome-ignore format: questions
  });

  it('takes the mean over draws, and leaves out maps that are flat', async () => {
    const drawn = [[1, 2, 3, 4], [1, 2, 4, 3], [0, 0, 0, 0], [4, 3, 2, 1], [0, 0, 0, 0], [2, 2, 2, 2]]; // biome-ignore format: maps
    expect(await valuesOf({ layers: [1, 2, 4], draws: 2 }, imageOf(drawn))).toEqual([[0.9, -1, null]]);
  });

  it('ranks by size, whatever the sign', async () => {
    expect(await valuesOf({ layers: [1] }, imageOf([[-1, 2, -3, 4]]))).toEqual([[1]]);
  });

  it('says nothing of an image without a known class', async () => {
    expect(
      await valuesOf({ layers: [1, 2] }, { ...imageOf([]), truth: { ...imageOf([]).truth, labels: [4] } }),
    ).toEqual([[null, null]]);
  });
});
