/**
 * Softmax over scores, in a way that cannot overflow: a function from one of the scores to its probability, 0…1.
 * The sum is made once, for as many of them as are asked for.
 */
export function softmaxOver(scores: Float32Array): (score: number) => number {
  const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  return (score) => Math.exp(score - largest) / total;
}
