import { describe, expect, it } from 'vitest';
import type { ExplainedImage, JudgedNetwork, Scores } from '../../src/eval/experiment.js';
import { blurred } from '../../src/eval/perturbation/insertion-deletion.js';
import { riseBlurred } from '../../src/eval/perturbation/rise-blur.js';
import { faithfulness } from '../../src/experiments/faithfulness.js';

/* Insertion of two copies: the blurred image and the image. A network that is sure of everything sees them go by. */
const [WIDTH, HEIGHT] = [40, 30];
const size = { width: WIDTH, height: HEIGHT };
const input = Float32Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => Math.sin(i * i));
const sure: Scores = { logits: Float32Array.of(0), of: () => 0, probability: () => 1 };
const unused = () => {
  throw new Error('not asked for');
};

/** The first copies that the network was shown: where insertion starts. */
async function startOfInsertion(options: Record<string, unknown>): Promise<Float32Array> {
  const shown: Float32Array[] = [];
  const map = { ...size, data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => i) };
  const guess = { classIndex: 0, score: 0, map: () => map };
  const image: ExplainedImage = {
    truth: {
      id: 'one',
      labels: [0],
      objects: [],
      size,
      annotatedSize: size,
      imagePath: 'one.png',
      blacklisted: false,
    },
    mask: async () => undefined,
    geometry: { image: size, input: size, region: { x: 0, y: 0, ...size } },
    ...{ scores: sure, top: [guess], given: [], input: () => input },
    score: async (copies, n) => {
      shown.push(copies.slice(0, input.length));
      return Array.from({ length: n }, () => sure);
    },
    ...{ explain: unused, gradient: unused },
  };
  const network: JudgedNetwork = {
    ...{ name: 'net', index: 0, outputs: [{ method: 'cam', layer: 'l', ...size }] },
    scale: { color: 'rgb', gain: [1, 1, 1], black: [0, 0, 0] },
    classes: [{ id: 'a', name: 'a' }],
    probability: ['softmax'],
    members: () => [0],
  };
  const parsed = faithfulness.options.parse({ points: 2, road: [0.1], ...options });
  // What the schema gives goes into run.json and is taken again.
  expect(faithfulness.options.parse(parsed)).toEqual(parsed);
  await faithfulness.configure(parsed, undefined).judge(image, network, 0);
  return shown[0]!;
}

describe('what insertion starts from', () => {
  it('is RISE’s image where the configuration says nothing, or says so', async () => {
    const start = await startOfInsertion({});
    expect(start).toEqual(riseBlurred(input, HEIGHT, WIDTH));
    expect(await startOfInsertion({ blur: 'rise' })).toEqual(start);
  });

  it('is a Gaussian of a share of the longer side where the key is a number', async () => {
    expect(await startOfInsertion({ blur: 0.022 })).toEqual(blurred(input, HEIGHT, WIDTH, 0.022 * WIDTH));
  });

  it.each(['gaussian', null, [5]])('cannot be %j, in words that name what it can be', (blur) => {
    expect(() => faithfulness.options.parse({ blur })).toThrow(
      /expected rise, or a share of the longer side/,
    );
  });

  it.each([0, 1, -0.1])('is no share of %d', (blur) => {
    expect(faithfulness.options.safeParse({ blur }).success).toBe(false);
  });
});
