import type { PublishedRow } from '../eval/published.js';
import type { Measured } from './measured.js';

/* A run's numbers against published ones, value by value. */

/** `apart`: by more than the tolerance. `beside` is not judged: a rerun by others, or a second row of one method. */
type Verdict = 'within' | 'apart' | 'missing' | 'beside';

/** A published value and what the run has of it. */
export interface CheckedValue {
  /** The run's name of the network. */
  readonly network: string;
  /** Empty for a value that all methods of a network share: its classification error. */
  readonly method: string;
  readonly measure: string;
  /** `%`, or `ρ` for correlations. */
  readonly unit: '%' | 'ρ';
  readonly published: number;
  /** Label of the source, and the data that it was measured on. */
  readonly source: string;
  readonly data: string;
  readonly note?: string | undefined;
  /** None when it is missing in the run. */
  readonly ours?: Measured | undefined;
  /** Ours − published in points: per cent, or hundredths of ρ. */
  readonly difference?: number | undefined;
  readonly verdict: Verdict;
}

/** A point of a correlation is a hundredth of ρ. */
const pointsOf = (unit: CheckedValue['unit']) => (unit === 'ρ' ? 100 : 1);

/** Rounding steps of files and of binary fractions decide nothing. */
const ROUNDING = 1e-9;

const unitOf = (measure: string): CheckedValue['unit'] =>
  measure.startsWith('rank_correlation') ? 'ρ' : '%';

const isShared = (measure: string) => measure.startsWith('cls_');

/** One published value: a line for the run's first row of the method, and one for each other row of it. */
function linesOf(
  network: string,
  row: PublishedRow,
  measure: string,
  all: readonly Measured[],
  tolerance: number,
): readonly CheckedValue[] {
  const published = row.values[measure]!;
  const unit = unitOf(measure);
  const shared = {
    ...{ network, method: isShared(measure) ? '' : row.method, measure, unit, published },
    ...{ source: row.source, data: row.data, note: row.note },
  };
  const rows = all.filter(
    (one) => one.network === network && one.method === row.method && one.measure === measure,
  );
  const [first] = rows;
  if (first === undefined) return [{ ...shared, verdict: row.secondary === true ? 'beside' : 'missing' }];
  // The same network classifies the same images: its other rows say nothing new.
  return (isShared(measure) ? [first] : rows).map((ours, i) => {
    const difference = pointsOf(unit) * (ours.value - published);
    const within = Math.abs(difference) <= tolerance + ROUNDING;
    const judged = i === 0 && row.secondary !== true;
    return { ...shared, ours, difference, verdict: judged ? (within ? 'within' : 'apart') : 'beside' };
  });
}

/**
 * Holds a run's numbers against the published ones of its networks.
 *
 * @param networks of the run, with the published tables' name of each
 * @param rows published, of the run's data
 * @param tolerance in points: per cent, or hundredths of a rank correlation
 * @returns in the order of the run's networks and the published rows; a network's classification errors once a source
 */
export function checkPublished(
  networks: readonly { readonly name: string; readonly paper: string | undefined }[],
  rows: readonly PublishedRow[],
  measured: readonly Measured[],
  tolerance: number,
): readonly CheckedValue[] {
  return networks.flatMap(({ name, paper }) => {
    const seen = new Set<string>();
    return rows
      .filter(({ network }) => network === paper)
      .flatMap((row) => Object.keys(row.values).map((measure) => ({ row, measure })))
      .filter(({ row, measure }) => {
        if (!isShared(measure)) return true;
        // Where the run has no row of this method, another one has the same classification error.
        const has = measured.some((one) => one.network === name && one.method === row.method);
        const key = JSON.stringify([measure, row.source, row.values[measure]]);
        const others = rows.some(
          (other) =>
            other.network === paper &&
            other.source === row.source &&
            other.values[measure] === row.values[measure] &&
            measured.some((one) => one.network === name && one.method === other.method),
        );
        if (seen.has(key) || (!has && others)) return false;
        seen.add(key);
        return true;
      })
      .flatMap(({ row, measure }) => linesOf(name, row, measure, measured, tolerance));
  });
}
