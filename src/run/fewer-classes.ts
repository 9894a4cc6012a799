import type { ClassInfo } from '../base/sample.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import { classMapping } from './class-mapping.js';

/** A configuration that asks for no more guesses than there are classes. */
export interface FittedConfig {
  readonly config: BenchConfig;
  /** A line about every key that was changed. */
  readonly notes: readonly string[];
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
  config: BenchConfig,
  classes: readonly ClassInfo[],
): Promise<FittedConfig> {
  const counts = await Promise.all(
    config.networks.map(async (network) => ({ name: network.name, most: await guessable(network, classes) })),
  );
  const { name, most } = counts.reduce((least, one) => (one.most < least.most ? one : least));
  const has = `network \`${name}\` has ${most} class${most === 1 ? '' : 'es'}`;
  const { experiment, localization } = config;
  if (experiment.name === 'localization' && localization.top.some((k) => k > most)) {
    const top = [...new Set(localization.top.map((k) => Math.min(k, most)))];
    const note = `localization.top: ${has}: top-${top.join(', top-')} in the place of top-${localization.top.join(', top-')}`;
    return { config: { ...config, localization: { ...localization, top } }, notes: [note] };
  }
  if (typeof experiment.top === 'number' && experiment.top > most) {
    const note = `experiment.top: ${has}: the best ${most} guesses in the place of ${experiment.top}`;
    return { config: { ...config, experiment: { ...experiment, top: most } }, notes: [note] };
  }
  return { config, notes: [] };
}
