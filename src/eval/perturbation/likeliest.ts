import type { ExplainedClass, JudgedNetwork, Scores } from '../experiment.js';

/** Of several classes the one that the network believes in most, the first among equals; undefined of none. */
export function likeliest(classes: readonly ExplainedClass[]): ExplainedClass | undefined {
  return classes.toSorted((a, b) => b.score - a.score)[0];
}

/** The same of an image's labels, without their maps: undefined where the network knows none. */
export function likeliestLabel(
  labels: readonly number[],
  { members }: Pick<JudgedNetwork, 'members'>,
  { of }: Pick<Scores, 'of'>,
): number | undefined {
  const candidates = labels.filter((label) => members(label).length > 0);
  return candidates.toSorted((a, b) => of(b) - of(a))[0];
}
