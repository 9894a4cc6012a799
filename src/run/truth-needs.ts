import { ConfigError } from '../base/errors.js';
import type { TruthKind } from '../base/sample.js';
import type { Dataset } from '../datasets/dataset.js';
import type { Needs } from '../eval/experiment.js';

/**
 * What of the truth that a measure reads the data set has not: a line on what is left out for that, or none.
 * @param who whose needs they are, as in "the experiment wsol"
 * @throws ConfigError when nothing could be measured without it, naming all that is lacking
 */
export function truthNotes(
  who: string,
  { requires = [], uses = {} }: Pick<Needs, 'requires' | 'uses'>,
  { name, lacks = {} }: Pick<Dataset, 'name' | 'lacks'>,
): readonly string[] {
  const lacking = (kinds: readonly TruthKind[]) => kinds.filter((kind) => lacks[kind] !== undefined);
  const listed = (kinds: readonly TruthKind[], more: (kind: TruthKind) => string = () => '') =>
    kinds.map((kind) => `${kind} (${lacks[kind]})${more(kind)}`).join(', ');
  const needed = lacking(requires);
  if (needed.length > 0)
    throw new ConfigError(
      `${who} needs ${needed.join(' and ')}; the data set ${name} has no ${listed(needed)}`,
    );
  const missed = lacking(Object.keys(uses) as TruthKind[]);
  if (missed.length === 0) return [];
  return [`${who}: the data set ${name} has no ${listed(missed, (kind) => `: ${uses[kind]}`)}`];
}
