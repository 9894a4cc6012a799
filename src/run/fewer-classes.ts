import type { ClassInfo } from '../base/sample.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import { classMapping } from './class-mapping.js';

/** How many guesses a configuration asks for. */
interface Guesses {
  readonly experiment: BenchConfig['experiment'];
  /** The k of the top-k errors. */
  readonly top: readonly number[];
}

/** Of how many classes the network's guesses are chosen. */
async function guessable(network: NetworkConfig, classes: readonly ClassInfo[]): Promise<number> {
  const { groups, networkClasses } = await classMapping(network, classes);
  if (groups !== undefined) return groups.filter(({ length }) => length > 0).length;
  return networkClasses + (network.model.background ? 1 : 0);
}

/**
 * Numbers of guesses above the number of classes become that number: of the network that has the fewest, because all
 * networks share the columns of the table. What comes out fits, and is left as it is the next time.
 * @throws DataError for a mapping of classes that cannot be read
 */
export async function fitToClasses(
  networks: readonly NetworkConfig[],
  { experiment, top }: Guesses,
  classes: readonly ClassInfo[],
): Promise<Guesses & { readonly notes: readonly string[] }> {
  const counts = await Promise.all(
    networks.map(async (network) => ({ name: network.name, most: await guessable(network, classes) })),
  );
  const { name, most } = counts.reduce((least, one) => (one.most < least.most ? one : least));
  const has = `network \`${name}\` has ${most} class${most === 1 ? '' : 'es'}`;
  if (experiment.name === 'localization' && top.some((k) => k > most)) {
    const fewer = [...new Set(top.map((k) => Math.min(k, most)))];
    const note = `localization.top: ${has}: top-${fewer.join(', top-')} in the place of top-${top.join(', top-')}`;
    return { experiment, top: fewer, notes: [note] };
  }
  if (typeof experiment.top === 'number' && experiment.top > most) {
    const note = `experiment.top: ${has}: the best ${most} guesses in the place of ${experiment.top}`;
    return { experiment: { ...experiment, top: most }, top, notes: [note] };
  }
  return { experiment, top, notes: [] };
}
