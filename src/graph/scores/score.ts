import type { Normaliser } from '../../base/probabilities.js';

/**
 * Which numbers of a classifier are explained: what its Softmax or Sigmoid is given, the logarithm of what it gives, what it
 * gives, or the output exactly as the file has it.
 */
export const SCORE_KINDS = ['logit', 'log-probability', 'probability', 'output'] as const;
export type ScoreKind = (typeof SCORE_KINDS)[number];

/** The score that a prepared network explains. */
export interface Score {
  readonly kind: ScoreKind;
  /** The model's output that it belongs to. */
  readonly output: string;
  /** What stands between the scores and the probabilities, in order; none where the scores are probabilities. */
  readonly probability: readonly Normaliser[];
  /** The network has one score z: what is explained are two classes with the scores −z and z. */
  readonly single: boolean;
  /** What it is, for people: "logit `fc`, the input of Softmax `prob`". */
  readonly text: string;
  /** A sentence for the user where something is guessed, or may not be what was meant. */
  readonly note?: string;
}
