import type { ClassInfo } from '../base/sample.js';
import type { Experiment, RecordedNetwork } from '../eval/experiment.js';
import { neutralise, parseCsv } from '../report/csv.js';
import type { JudgedEntry } from './journal/entries.js';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Holds entries that others computed against what this run's look like: what the report could not be made of must not
 * get into a journal.
 *
 * @param networks one per network of the configuration
 * @returns a function that tells why an entry is none, or undefined when it is one
 */
export function entryCheck(
  experiment: Experiment<unknown>,
  networks: readonly Pick<RecordedNetwork, 'name' | 'outputs' | 'readings'>[],
  classes: readonly ClassInfo[],
): (network: number, entry: JudgedEntry) => Promise<string | undefined> {
  const schemas = networks.map((network, index) =>
    experiment.record({ ...network, index, classes: classes.length }),
  );
  return async (network, { truth, record, id }) => {
    if (!SHA256.test(truth)) return 'no hash of its ground truth';
    const { success, error } = await schemas[network]!.safeParseAsync(record);
    if (!success) {
      const where = error.issues[0]!.path.map(String).join('.');
      return `a record of another shape${where === '' ? '' : ` (${where})`}`;
    }
    return namesAnother(record, id) ? 'a record of another image' : undefined;
  };
}

/** The localization table's records name their image themselves: in their lines of images.csv. */
function namesAnother(record: unknown, id: string): boolean {
  const { lines } = (record ?? {}) as { lines?: unknown };
  return typeof lines === 'string' && parseCsv(lines)[0]?.[3] !== neutralise(id);
}
