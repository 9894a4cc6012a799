import type { GraphBuilder } from '../graph/builder.js';
import type { ReluRule } from '../graph/rules/rule.js';

/** What a method sees of the network that it explains. */
export interface MethodContext {
  readonly b: GraphBuilder;
  /** [N, k] int64: the classes explained. */
  readonly classIds: string;
  /** [N·k, classes]: one-hot rows of those classes. */
  readonly seeds: string;
  /** The layer asked for, or the method's default: a value [N, C, H, W]. */
  readonly layer: string;
  /** ∂score/∂value for each class, [N·k, ...dims]; all methods of one run share each rule's walk. */
  readonly gradient: (value: string, relu: ReluRule) => string;
}

/** A gradient that a method reads: under which ReLU rule, at its layer or at the network's input. */
export interface GradientNeed {
  readonly relu: ReluRule;
  readonly at: 'layer' | 'input';
}

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
  /** The layer taken when none is named; the last convolutional activation where absent. Throws ModelError. */
  readonly defaultLayer?: (b: GraphBuilder) => string;
  /** Gradients that `build` will ask for, so that one walk per rule serves every method of the run. */
  readonly gradients: readonly GradientNeed[];
  readonly build: (context: MethodContext) => MethodMap;
}
