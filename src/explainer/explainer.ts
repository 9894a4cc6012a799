import type { OutputName, ReadingOutput } from '../eval/experiment.js';
import type { Score } from '../graph/scores/score.js';
import type { Ask } from './question.js';

/** One map that a run asks for: a method by name, at a layer (by name) or at the method's own default. */
export interface ExplanationRequest {
  readonly method: string;
  readonly layer?: string;
  /** c-mwp: the input of the linear layer that is passed with W and −W; the last one when absent. */
  readonly contrast?: string;
}

/** Numbers that are no map, by the name of their reading, at a layer or at the default one. */
export interface ReadingRequest {
  readonly reading: string;
  readonly layer?: string;
}

/** Facts about a network that was compiled with its explanations. */
export interface ExplainerFacts {
  /** What computes, for the user: engine, version, device. */
  readonly device: string;
  readonly classCount: number;
  /** Which of the network's numbers are explained. */
  readonly score: Score;
  /** Sentences for the user: what was guessed of the model, and what a map may not show. */
  readonly notes: readonly string[];
  readonly k: number;
  /** [3, height, width] of one image, or [1, height, width] of a network for grey pictures; of an explainer of any size what it is made for when no other is given. */
  readonly inputShape: readonly [1 | 3, number, number];
  /** What the requests compile to: the raw maps in the layer's own resolution, for images of `inputShape`. */
  readonly outputs: readonly OutputName[];
  readonly readings: readonly ReadingOutput[];
}

/**
 * A network compiled together with its explanations: images in, logits and maps out.
 * The same images give the same bits in any batch.
 */
export interface Explainer extends ExplainerFacts {
  readonly ask: Ask;
  readonly close: () => Promise<void>;
}
