import type { Normaliser } from '../base/probabilities.js';
import type { ScoresAndGradients } from '../base/scores-and-gradients.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { ReluRule } from '../graph/operators/rule.js';

/** What a method sees of the network that it explains. */
export interface MethodContext {
  readonly b: GraphBuilder;
  /** [N, k] int64: the classes explained. */
  readonly classIds: string;
  /** [N·k, classes]: one-hot rows of those classes. */
  readonly seeds: string;
  /** The layer asked for, or the method's default: a value [N, C, H, W]. */
  readonly layer: string;
  /** Where the request wants its contrast taken; only for methods that have one. */
  readonly contrast?: string | undefined;
  /** ∂score/∂value for each class, [N·k, ...dims]; all methods of one run share each rule's walk. */
  readonly gradient: (value: string, relu: ReluRule) => string;
  /** Mean over the positions of ∂score/∂layer, [N, k, C]. */
  readonly meanGradient: () => string;
}

/**
 * A gradient that a method reads: under which ReLU rule, at its layer or at the network's input; or only its mean over
 * the layer's positions, which often takes less.
 */
export type GradientNeed =
  | { readonly relu: ReluRule; readonly at: 'layer' | 'input' }
  | { readonly relu: 'gradient'; readonly at: 'mean' };

/** A map per class, [N, k, height, width], not normalised. */
export interface MethodMap {
  readonly map: string;
  readonly height: number;
  readonly width: number;
}

/** An explanation method: how its map is written in nodes of the graph. */
export interface Method {
  readonly name: string;
  readonly summary: string;
  /** The paper and equation that it implements. */
  readonly reference: string;
  /** Where its map is read: at the network's input, or at a layer (`default-layer` can be changed by the user). */
  readonly reads: 'input' | 'layer';
  /** The layer taken when none is named; `defaultLayer` of graph/layers.ts where absent. Throws ModelError. */
  readonly defaultLayer?: (b: GraphBuilder) => string;
  /** Gradients that `build` will ask for, so that one walk per rule serves every method of the run. */
  readonly gradients: readonly GradientNeed[];
  /** Whether a request may name the value at which a contrast is taken. */
  readonly hasContrast?: boolean;
  readonly build: (context: MethodContext) => MethodMap;
}

/** [channels, height, width] of one image, or of a layer's value for it. */
export type ImageShape = readonly [number, number, number];

/** One value of the network for one image. */
export interface Activation {
  /** [C, height, width]. */
  readonly data: Float32Array;
  readonly shape: ImageShape;
}

/** The copies of one image that a method looks at, and what it makes of them. */
interface Passes {
  /** The same for all images of a shape. */
  readonly count: number;
  /** Writes copy number `pass` into `out`, [3, H, W]. */
  readonly copy: (pass: number, out: Float32Array) => void;
  /**
   * Takes in what the network says of that copy, its gradients those of the k explained classes. The answer is only lent: it
   * is gone after the call.
   */
  readonly take: (pass: number, answer: ScoresAndGradients) => void;
  /** The maps, [k, height, width] of the value that the method reads, not normalised. */
  readonly finish: () => Float32Array;
}

/**
 * A method that runs the network on many changed copies of an image, for the classes chosen on the image itself.
 * What it draws by chance comes from fixed seeds and depends on nothing but the shape of the image.
 */
export interface MultiPassMethod {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  /** Where its map is read: at the network's input, or at a layer, as with `Method`. */
  readonly reads: 'input' | 'layer';
  /** What it needs to know of a copy; gradients cost a backward pass each. */
  readonly probe: 'scores' | 'gradients';
  /**
   * @param read what the image makes of the layer; the image itself for a method that reads at the input
   * @param probability what turns the network's scores into probabilities
   */
  readonly passes: (
    image: Float32Array,
    shape: ImageShape,
    classIds: Int32Array,
    read: Activation,
    probability: readonly Normaliser[],
  ) => Passes;
}

export function isMultiPass(method: Method | MultiPassMethod): method is MultiPassMethod {
  return 'passes' in method;
}
