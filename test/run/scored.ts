import type { Score } from '../../src/graph/scores/score.js';

/** Of explainers that are made by hand: logits in front of a softmax. */
export const LOGITS: Score = {
  kind: 'logit',
  output: 'y',
  probability: ['softmax'],
  single: false,
  text: 'logit `y`',
};
