import type { ExplainedClass } from './experiment.js';

/** Of several classes the one that the network believes in most, the first among equals; undefined of none. */
export function likeliest(classes: readonly ExplainedClass[]): ExplainedClass | undefined {
  return classes.toSorted((a, b) => b.score - a.score)[0];
}
