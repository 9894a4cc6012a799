import { ConfigError } from '../base/errors.js';
import type { ClassInfo } from '../base/sample.js';
import type { Explainer } from '../explainer/explainer.js';
import { numberedLabels } from './labels.js';

/** What is known of the names of a network's classes. */
export interface NamedOutputs {
  /** Names in the network's order; numbers stand in when they are not known. */
  readonly labels?: readonly ClassInfo[] | undefined;
  /** Whose names they are: a file, or a data set. */
  readonly labelsFrom?: string | undefined;
  readonly background: boolean;
}

/** How many classes the labels name, a background class included. */
export function labelCount({ labels, background }: NamedOutputs): number | undefined {
  // One name is that of a network with one score, which has two classes.
  return labels === undefined ? undefined : Math.max(2, labels.length + (background ? 1 : 0));
}

/** Names for every output of the network, a background class included. @throws ConfigError when they do not fit */
export function outputLabels(
  { labels, labelsFrom, background }: NamedOutputs,
  { classCount, score }: Pick<Explainer, 'classCount' | 'score'>,
): readonly ClassInfo[] {
  const { single } = score;
  if (labels === undefined)
    return single ? withItsOpposite(numberedLabels(classCount)[1]!) : numberedLabels(classCount);
  const [first, ...others] = labels;
  if (single && first !== undefined && others.length === 0) return withItsOpposite(first);
  const all = background ? [{ id: 'background', name: 'background' }, ...labels] : labels;
  if (all.length === classCount) return all;
  throw new ConfigError(
    `${labelsFrom ?? 'the labels'}: ${labels.length} class names, the network has ${classCount} classes: give those of its own`,
  );
}

/** Of a network with one score: the class, and in front of it "not" the class. */
function withItsOpposite(is: ClassInfo): readonly ClassInfo[] {
  return [{ id: `not-${is.id}`, name: `not ${is.name}` }, is];
}
