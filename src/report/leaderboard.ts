import { DataError } from '../base/errors.js';
import { NOT_COUNTED } from '../eval/boxes/outcomes.js';
import type { Interval } from '../eval/statistics/bootstrap.js';
import { holm } from '../eval/statistics/holm.js';
import { bootstrapRate, pairedDifference } from '../eval/statistics/rates.js';
import { signTest } from '../eval/statistics/sign-test.js';
import type { RowOutcomes } from './image-outcomes.js';
import { CENTER_BOX } from './rows.js';

/*
 * Rows of several results, ranked. All pairs of rows are held against each other on the same images by McNemar's exact test, and
 * the p-values are adjusted by Holm's procedure. A rank ends where every row above is told apart from every row below; so two
 * rows that the test cannot tell apart share a rank.
 */

/** Pairs with an adjusted p-value below it are told apart. */
const LEVEL = 0.05;

/** Results of a run, as they are called. */
export interface NamedResult {
  readonly name: string;
  readonly rows: readonly RowOutcomes[];
  /** What the decisions depend on beside the rows, in words: equal texts may be compared. Left out: not known. */
  readonly judgedBy?: string | undefined;
}

/** A line of the leaderboard. */
export interface RankedRow {
  /** From 1; rows of one rank are not told apart, or a chain of such rows joins them. */
  readonly rank: number;
  /** The rank that it could have: after the rows that are better, before those that are worse, by the test of each pair. */
  readonly best: number;
  readonly worst: number;
  readonly result: string;
  readonly row: RowOutcomes;
  /** In %. */
  readonly error: Interval;
  /** Its error minus that of the first row, in points; undefined for that row. */
  readonly behind: Interval | undefined;
  /** Adjusted, of the pair with the first row. */
  readonly p: number | undefined;
}

interface Entry {
  readonly result: string;
  readonly row: RowOutcomes;
  readonly outcomes: Uint8Array;
}

/**
 * @param measure column of images.csv, such as `loc_top1_error`
 * @returns best first
 * @throws DataError for results on different images, or judged differently, and where none has the measure
 */
export function leaderboard(results: readonly NamedResult[], measure: string): readonly RankedRow[] {
  const first = results[0]?.rows[0];
  if (first === undefined) throw new DataError('the first of the results has no rows');
  const entries = distinct(results.flatMap(({ name, rows }) => entriesOf(name, rows, measure, first)));
  refuseDifferent(results);
  const ranked = entries
    .map((entry) => ({ entry, error: bootstrapRate(entry.outcomes) }))
    .filter((one): one is { entry: Entry; error: Interval } => one.error !== undefined)
    .sort((a, b) => a.error.estimate - b.error.estimate);
  if (ranked.length === 0) throw new DataError(`no image counts for ${measure}`);
  const n = ranked.length;
  const pairs = ranked.flatMap((_, i) => ranked.slice(i + 1).map((__, j) => [i, i + 1 + j] as const));
  const adjusted = holm(pairs.map(([i, j]) => pairTest(ranked[i]!.entry, ranked[j]!.entry)));
  const table = new Map(pairs.map(([i, j], at) => [i * n + j, adjusted[at]!]));
  const pOf = (i: number, j: number) => table.get(Math.min(i, j) * n + Math.max(i, j))!;
  const apart = (i: number, j: number) => i !== j && pOf(i, j) < LEVEL;
  const starts = ranksOf(n, apart);
  const others = [...ranked.keys()];
  return ranked.map(({ entry, error }, i) => ({
    ...{ rank: starts[i]! + 1, result: entry.result, row: entry.row, error },
    best: 1 + others.filter((j) => j < i && apart(i, j)).length,
    worst: n - others.filter((j) => j > i && apart(i, j)).length,
    behind: i === 0 ? undefined : pairedDifference(entry.outcomes, ranked[0]!.entry.outcomes),
    p: i === 0 ? undefined : pOf(0, i),
  }));
}

function pairTest({ outcomes: a }: Entry, { outcomes: b }: Entry): number {
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === NOT_COUNTED || a[i] === b[i]) continue;
    if (a[i] === 1) onlyA++;
    else onlyB++;
  }
  return signTest(onlyA, onlyB);
}

/** For each place the first place of its rank. @param apart whether two places are told apart */
function ranksOf(n: number, apart: (i: number, j: number) => boolean): readonly number[] {
  const starts: number[] = [];
  let start = 0;
  for (let i = 0; i < n; i++) {
    let isCut = i > 0;
    for (let above = 0; isCut && above < i; above++) {
      for (let below = i; isCut && below < n; below++) isCut = apart(above, below);
    }
    if (isCut) start = i;
    starts.push(start);
  }
  return starts;
}

/** A row's outcomes in the order of the first result's images. */
function entriesOf(
  result: string,
  rows: readonly RowOutcomes[],
  measure: string,
  first: RowOutcomes,
): readonly Entry[] {
  return rows.map((row) => {
    const own = row.outcomes.get(measure);
    if (own === undefined) {
      const known = [...row.outcomes.keys()].join(', ');
      throw new DataError(`${result}: no column ${measure}; it has ${known}`);
    }
    const places = new Map(row.images.map((id, i) => [id, i]));
    const missing = first.images.find((id) => !places.has(id));
    const count = `${result} has ${row.images.length} images, the first ${first.images.length}`;
    if (missing !== undefined) throw new DataError(`${count}: ${missing} is not in ${result}; ${SAME}`);
    if (row.images.length !== first.images.length) throw new DataError(`${count}; ${SAME}`);
    const outcomes = Uint8Array.from(first.images, (id) => own[places.get(id)!]!);
    const usual = first.outcomes.get(measure);
    const other =
      usual &&
      first.images.findIndex((id, i) => {
        return (usual[i] === NOT_COUNTED) !== (own[places.get(id)!] === NOT_COUNTED);
      });
    if (other !== undefined && other >= 0) {
      throw new DataError(`${result}: ${first.images[other]} counts in one of the results only; ${SAME}`);
    }
    return { result, row, outcomes };
  });
}

const SAME = 'a leaderboard is of results on the same images';

function refuseDifferent(results: readonly NamedResult[]): void {
  const [first] = results;
  for (const { name, judgedBy } of results) {
    if (judgedBy === undefined || first?.judgedBy === undefined || judgedBy === first.judgedBy) continue;
    throw new DataError(`${first.name} and ${name} are not judged alike: ${first.judgedBy}, and ${judgedBy}`);
  }
}

/** The centre box looks at no map: of networks with the same guesses it is one row. */
function distinct(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ row, outcomes }) => {
    if (row.method !== CENTER_BOX) return true;
    const key = Buffer.from(outcomes).toString('latin1');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
