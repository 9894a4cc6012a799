import type { GraphBuilder } from '../../graph/builder.js';
import type { GradientNeed, MethodContext } from '../method.js';

/** A value of the graph that was read, for each image of a batch. */
interface ValueRead {
  /** [N, ...shape], or [N, k, ...shape] when each class has its own. */
  readonly value: string;
  readonly shape: readonly number[];
  readonly perClass: boolean;
}

/** Numbers of a network that are no map: what experiments, and methods of many passes, read of it. */
export interface Reading {
  readonly name: string;
  /** Where it is read: at the network's input, or at a layer, as with `Method`. */
  readonly reads: 'input' | 'layer';
  /** The layer taken when none is named, whatever the network's own is. Throws ModelError. */
  readonly defaultLayer?: (b: GraphBuilder) => string;
  /** Gradients that `build` will ask for. */
  readonly gradients: readonly GradientNeed[];
  readonly build: (context: MethodContext) => ValueRead;
}
