import type { Heatmap } from '../base/heatmap.js';
import type { Size } from '../base/size.js';
import type { OutputName } from '../eval/experiment.js';
import type { Score } from '../graph/scores/score.js';

/** One map that a run asks for: a method by name, at a layer (by name) or at the method's own default. */
export interface ExplanationRequest {
  readonly method: string;
  readonly layer?: string;
  /** c-mwp: the input of the linear layer that is passed with W and −W; the last one when absent. */
  readonly contrast?: string;
}

/** What one request compiles to; its layer names the contrast too, when one was named. */
export type ExplanationOutput = OutputName;

/** Result of one batch. */
export interface ExplainedBatch {
  /** [n, classes]: the scores explained, before softmax unless another kind was asked for. */
  readonly logits: Float32Array;
  /** [n, k]: the classes explained, best first when the graph chose them. */
  readonly classIds: Int32Array;
  /** One entry per output, each [n, k, height, width] at the layer's own resolution, not normalised. */
  readonly maps: readonly Float32Array[];
  /** Height and width of the maps of each output, for images of this size. */
  readonly sizes: readonly Size[];
}

/**
 * A network compiled together with its explanations; images in, logits and maps out, in one pass.
 * Same images give the same bits whatever the batch they travel in.
 */
export interface Explainer {
  /** What computes, for the user: engine, version, device. */
  readonly device: string;
  readonly classCount: number;
  /** Which of the network's numbers are explained. */
  readonly scored: Score;
  /** Sentences for the user: what was guessed of the model, and what a map may not show. */
  readonly notes: readonly string[];
  readonly k: number;
  /** [3, height, width] of one image, or [1, height, width] of a network for grey pictures; of an explainer of any size what it is made for when no other is given. */
  readonly inputShape: readonly [1 | 3, number, number];
  readonly outputs: readonly ExplanationOutput[];
  /**
   * @param images [n, 3, height, width], preprocessed
   * @param classIds [n, k] when the explainer was made with `classes: 'given'`, [n, k − top] with `both`, absent when
   *   it picks the top k
   * @param size of the images, here and below, for an explainer of any size; `inputShape` when absent
   */
  run(images: Float32Array, n: number, classIds?: Int32Array, size?: Size): Promise<ExplainedBatch>;
  /** The forward pass alone, for images changed by the caller: logits, [n, classes]. */
  score(images: Float32Array, n: number, size?: Size): Promise<Float32Array>;
  /**
   * The same maps for classes of the network that the caller names, [n, any number]; compiled when first asked for.
   * @param randomized index into the networks with other weights that the explainer was made with
   */
  explain(
    images: Float32Array,
    n: number,
    classIds: Int32Array,
    randomized?: number,
    size?: Size,
  ): Promise<ExplainedBatch>;
  /**
   * ∂logit/∂image with its sign of classes that the caller names, [n, any number m]: the only map of the answer,
   * [n, m, 3·height, width]; compiled when first asked for.
   */
  gradient(images: Float32Array, n: number, classIds: Int32Array, size?: Size): Promise<ExplainedBatch>;
  close(): Promise<void>;
}

/** Cuts map j of image i out of a batch's maps, without copying. */
export function mapOf(batch: ExplainedBatch, output: number, k: number, image: number, j: number): Heatmap {
  const size = batch.sizes[output]!;
  const area = size.height * size.width;
  const maps = batch.maps[output]!;
  const start = (image * k + j) * area;
  return { data: maps.subarray(start, start + area), width: size.width, height: size.height };
}
