import { softmaxOver } from './softmax.js';

/** What turns the scores of an image into others: over all its classes (softmax), or each score alone. */
export const NORMALISERS = ['softmax', 'log-softmax', 'sigmoid', 'log-sigmoid', 'exp'] as const;
export type Normaliser = (typeof NORMALISERS)[number];

/** σ(x) = 1 / (1 + e^−x), 0…1. */
export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** log σ(x) = −log(1 + e^−x), without an overflow for very negative x. */
const logSigmoid = (x: number) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

const STEPS: Readonly<Record<Normaliser, (scores: Float32Array) => (score: number) => number>> = {
  softmax: softmaxOver,
  'log-softmax': (scores) => {
    const probability = softmaxOver(scores);
    const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const shift = Math.log(probability(largest)) - largest;
    return (score) => score + shift;
  },
  sigmoid: () => sigmoid,
  'log-sigmoid': () => logSigmoid,
  exp: () => Math.exp,
};

/**
 * From one of an image's scores to its probability, 0…1, as the network's own score head has it.
 * @param steps what stands between the scores explained and the probabilities, in order; none when they are the same
 * @param scores [classes]
 */
export function probabilitiesOver(
  steps: readonly Normaliser[],
  scores: Float32Array,
): (score: number) => number {
  const [first, ...rest] = steps;
  if (first === undefined) return (score) => score;
  const step = STEPS[first](scores);
  if (rest.length === 0) return step;
  const behind = probabilitiesOver(rest, scores.map(step));
  // Rounded as its fellows in the list are, or the probabilities of large scores would not add up to 1.
  return (score) => behind(Math.fround(step(score)));
}
