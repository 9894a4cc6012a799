import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilitiesOver } from '../../../src/base/probabilities.js';
import { seededRandom } from '../../../src/base/random.js';
import { type AttackOptions, type AttackProbe, attack } from '../../../src/eval/perturbation/attack.js';

/** Scores that are linear in three pixels, one a channel: class 0 likes red, class 1 green, class 2 nothing. */
const linear: AttackProbe = (image, target, rival) => {
  const weights = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ];
  const scores = Float32Array.from(weights, (row) => row.reduce((sum, w, i) => sum + w * image[i]!, 0));
  return { scores, gradients: Float32Array.from([...weights[target]!, ...weights[rival]!]) };
};

const unit = { gain: [1, 1, 1], black: [0, 0, 0] } as const;
const options: AttackOptions = { kind: 'fgsm', epsilon: 8, step: 2, iterations: 10, confidence: 0.9999 };
const run = (
  pixels: readonly number[],
  target: number,
  change: Partial<AttackOptions> = {},
  scale = unit,
) => {
  const image = Float32Array.from(pixels);
  const { scores } = linear(image, target, 0) as { scores: Float32Array };
  return attack(image, scores, target, scale, linear, { ...options, ...change }, seededRandom(1));
};

describe('the probability', () => {
  const probabilityOf = (scores: Float32Array, index: number) =>
    probabilitiesOver(['softmax'], scores)(scores[index]!);

  it('is softmax, whatever the size of the scores', () => {
    expect(probabilityOf(Float32Array.of(0, 0), 0)).toBe(0.5);
    expect(probabilityOf(Float32Array.of(1000, 1000, -1000), 1)).toBe(0.5);
    expect(probabilityOf(Float32Array.of(0, Math.log(3)), 1)).toBeCloseTo(0.75, 6);
  });
});

describe('attack', () => {
  it('steps along the sign of the margin until the target is sure, worked by hand', async () => {
    // Margin green − red: −4, then 0, 4, 8, 12; at 12 the target has 1 / (1 + e^−12 + …) > 0.9999.
    const { image, steps, reached } = await run([20, 16, 7], 1);
    expect([...image]).toEqual([12, 24, 7]);
    expect({ steps, reached }).toEqual({ steps: 4, reached: true });
  });

  it('stops at the bound', async () => {
    const { image, reached, steps } = await run([40, 16, 7], 1);
    expect([...image]).toEqual([32, 24, 7]);
    expect({ steps, reached }).toEqual({ steps: 10, reached: false });
  });

  it('stays within what a pixel can be', async () => {
    const { image } = await run([3, 250, 0], 1, { confidence: 1 });
    expect([...image]).toEqual([0, 255, 0]);
  });

  it('does nothing to an image that is the target already', async () => {
    const { image, steps, reached } = await run([0, 100, 0], 1);
    expect([...image]).toEqual([0, 100, 0]);
    expect({ steps, reached }).toEqual({ steps: 0, reached: true });
  });

  it('counts the bound in pixels, whatever the network makes of them', async () => {
    const scale = { gain: [0.5, 0.5, 0.5], black: [-1, -1, -1] } as const;
    const image = Float32Array.of(20, 10, 0);
    const { scores } = (await linear(image, 1, 0)) as { scores: Float32Array };
    const found = await attack(image, scores, 1, scale, linear, options, seededRandom(1));
    expect([...found.image]).toEqual([16, 14, 0]);
  });

  it('PGD begins elsewhere within the bound, and never leaves it', async () => {
    const start = await run([100, 90, 80], 1, { kind: 'pgd', iterations: 0 });
    expect([...start.image]).not.toEqual([100, 90, 80]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 2 }),
        async (pixels, target) => {
          const { image } = await run(pixels, target, { kind: 'pgd', epsilon: 5 });
          for (const [i, value] of image.entries()) {
            expect(Math.abs(value - pixels[i]!)).toBeLessThanOrEqual(5);
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(255);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
