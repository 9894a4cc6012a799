import type { Heatmap } from '../base/heatmap.js';
import type { Size } from '../base/size.js';

/** Images of one size, and what is asked about them; one entry per kind. */
interface Questions {
  /** The pass that the explainer was compiled for: maps and readings of the classes that it chooses. */
  readonly pass: Images & {
    /** [n, k] when the explainer was made with `classes: 'given'`, [n, k − top] with `both`, else absent. */
    readonly classIds?: Int32Array | undefined;
  };
  /** The forward pass alone. */
  readonly scores: Images;
  /** The same maps for classes of the network that the caller names; compiled when first asked for. */
  readonly maps: OfClasses & {
    /** Index into the networks with other weights that the explainer was made with. */
    readonly randomized?: number | undefined;
  };
  /** ∂score/∂image with its sign, of classes that the caller names; compiled when first asked for. */
  readonly gradient: OfClasses;
}

interface Images {
  /** [n, 3, height, width], preprocessed. */
  readonly images: Float32Array;
  readonly n: number;
  /** Of the images, for an explainer of any size; the one that it was made for when absent. */
  readonly size?: Size | undefined;
}

interface OfClasses extends Images {
  /** [n, any number]. */
  readonly classIds: Int32Array;
}

/** What is answered to each kind of question. */
export interface Answers {
  readonly pass: ExplainedBatch;
  /** [n, classes]. */
  readonly scores: Float32Array;
  readonly maps: ExplainedBatch;
  readonly gradient: Gradients;
}

export type Kind = keyof Questions;

/** A question of that kind, or of any. */
export type Question<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Questions[P] }[K];

/** Answers a question by its kind. */
export type Ask = <K extends Kind>(question: Question<K>) => Promise<Answers[K]>;

/** What answers questions, from a function for each kind. */
export function answering(
  own: {
    readonly [K in Kind]: (question: Question<K>) => Promise<Answers[K]>;
  },
): Ask {
  return <K extends Kind>(question: Question<K>) => own[question.kind](question);
}

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
  /** One entry per reading, each [n, ...shape], or [n, k, ...shape] when each class has its own. */
  readonly readings: readonly Float32Array[];
}

/** The scores of a batch, and their gradients. */
interface Gradients {
  /** [n, classes]. */
  readonly logits: Float32Array;
  /** [n, m, 3, height, width] of m classes per image. */
  readonly gradients: Float32Array;
}

/** Cuts map j of image i out of a batch's maps, without copying. */
export function mapOf(batch: ExplainedBatch, output: number, k: number, image: number, j: number): Heatmap {
  const size = batch.sizes[output]!;
  const area = size.height * size.width;
  const maps = batch.maps[output]!;
  const start = (image * k + j) * area;
  return { data: maps.subarray(start, start + area), width: size.width, height: size.height };
}
