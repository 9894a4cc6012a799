import type { Graph } from '../onnx/graph.js';
import type { Score, ScoreKind } from './scores/score.js';
import type { ValueType } from './value-type.js';

/**
 * A classifier made ready for the backward walk: opset 17, few operator forms, no shape arithmetic, every shape
 * known but for the batch, batch normalisation folded, the score head cut off.
 */
export interface Network {
  readonly graph: Graph;
  readonly input: string;
  /** Shape of one image, without the batch: [3, height, width], or [1, height, width] of a network for grey pictures. */
  readonly inputShape: readonly number[];
  /** Name of the scores that are explained, [N, classCount]: before softmax unless another kind is asked for. */
  readonly logits: string;
  /** What these scores are. */
  readonly score: Score;
  /** Whether it takes batches of any size, or one image at a time, as it was exported. */
  readonly anyBatch: boolean;
  readonly classCount: number;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Names that the model gives to a value (value names, names of its node) and the prepared graph's own. */
  readonly names: ReadonlyMap<string, string>;
  /** Of a network made fully convolutional, the map that was flattened: behind it are scores at positions, no features. */
  readonly head?: string;
  /** Of a segmenter, the value [N, C, h, w] whose means over the positions are the scores. */
  readonly planes?: string;
}

/** How the output that holds the scores is known. */
export interface OutputChoice {
  /** Its name. */
  readonly output?: string | undefined;
  /** How many classes the data set or the labels name: an output with another number of scores is not meant. */
  readonly classes?: number | undefined;
}

/** Which scores of a model are explained. */
export interface ScoreChoice extends OutputChoice {
  /** `logit` when absent. */
  readonly score?: ScoreKind | undefined;
  /** The output holds scores at positions, [N, C, h, w]: their means are explained. */
  readonly planes?: boolean | undefined;
}
