import { DataError } from '../base/errors.js';
import { NOT_COUNTED } from '../eval/boxes/outcomes.js';
import type { Interval } from '../eval/statistics/bootstrap.js';
import { pairedDifference } from '../eval/statistics/rates.js';
import { signTest } from '../eval/statistics/sign-test.js';
import { keptName, type RowOutcomes } from './image-outcomes.js';
import { shortRule } from './localization-table.js';

type Verdict = 'better' | 'worse' | 'no evidence' | 'equal' | 'missing' | 'incomparable' | 'new';

/** One measure of one row, before and after. */
export interface Comparison {
  /** Network, method and layer, in words. */
  readonly row: string;
  /** `loc_top1_error`, …; empty when the row as a whole cannot be compared. */
  readonly measure: string;
  readonly verdict: Verdict;
  /** After minus before, in points, over the images that count on both sides. */
  readonly difference?: Interval;
  /** Error in per cent on each side, over the same images. */
  readonly before?: number;
  readonly after?: number;
  /** Images that were right and are wrong now, in the order of the file. */
  readonly broke: readonly string[];
  /** Images that were wrong and are right now. */
  readonly mended: readonly string[];
  /** McNemar's exact test. */
  readonly p?: number;
  readonly note?: string;
}

/** Evidence: the interval excludes 0, and McNemar's exact test stays below this. */
const LEVEL = 0.05;

/** Names of rows: with the box rule, or as much of it as is needed, where rows of one name have several. */
function rowNames(rows: readonly RowOutcomes[]): (row: RowOutcomes) => string {
  const rules = new Map<string, Set<string>>();
  for (const row of rows) {
    if (row.boxRule === undefined) continue;
    rules.set(keptName(row), (rules.get(keptName(row)) ?? new Set()).add(row.boxRule));
  }
  return (row) => {
    const { network, method, layer, turn, boxRule } = row;
    const name = `${network}, ${method}${layer ? ` at ${layer}` : ''}`;
    if (boxRule === undefined) return turn > 1 ? `${name}, row ${turn} of that name` : name;
    const all = [...(rules.get(keptName(row)) ?? [])];
    if (all.length < 2) return name;
    const isShort = all.filter((rule) => shortRule(rule) === shortRule(boxRule)).length === 1;
    return `${name}, ${isShort ? shortRule(boxRule) : boxRule}`;
  };
}

/** Rows that may be compared have one key: of a row whose box rule is not known, its place among those of its name. */
function keysOf(rows: readonly RowOutcomes[]): Map<string, RowOutcomes> {
  const keys = new Map<string, RowOutcomes>();
  for (const row of rows) {
    const { boxRule, turn } = row;
    const twins = rows.filter((one) => keptName(one) === keptName(row) && one.boxRule === boxRule);
    const place = boxRule === undefined ? turn : twins.indexOf(row) + 1;
    keys.set(JSON.stringify([keptName(row), boxRule ?? null, place]), row);
  }
  return keys;
}

const none = { broke: [], mended: [] } as const;

function compareMeasure(row: string, measure: string, was: RowOutcomes, now: RowOutcomes): Comparison {
  const before = was.outcomes.get(measure);
  const after = now.outcomes.get(measure);
  if (before === undefined || after === undefined) {
    const note = `only in the ${before === undefined ? 'second' : 'first'}`;
    return { row, measure, verdict: before === undefined ? 'new' : 'missing', note, ...none };
  }
  const counting = before.findIndex((value, i) => (value === NOT_COUNTED) !== (after[i] === NOT_COUNTED));
  if (counting >= 0) {
    const note = `${was.images[counting]} counts on one side only`;
    return { row, measure, verdict: 'incomparable', note, ...none };
  }
  const flipped = (from: number, to: number) =>
    was.images.filter((_, i) => before[i] === from && after[i] === to);
  const [broke, mended] = [flipped(0, 1), flipped(1, 0)];
  const difference = pairedDifference(after, before);
  if (difference === undefined) return { row, measure, verdict: 'equal', note: 'no image counts', ...none };
  const rate = (outcomes: Uint8Array) =>
    (100 * outcomes.filter((value) => value === 1).length) / difference.n;
  const p = signTest(broke.length, mended.length);
  const shared = { row, measure, difference, before: rate(before), after: rate(after), broke, mended, p };
  if (broke.length + mended.length === 0) return { ...shared, verdict: 'equal' };
  if (p < LEVEL && difference.low > 0) return { ...shared, verdict: 'worse' };
  if (p < LEVEL && difference.high < 0) return { ...shared, verdict: 'better' };
  return { ...shared, verdict: 'no evidence' };
}

function compareRow(row: string, was: RowOutcomes, now: RowOutcomes): Comparison[] {
  const other = was.images.findIndex((id, i) => now.images[i] !== id);
  if (other >= 0 || was.images.length !== now.images.length) {
    const ids = new Set(now.images);
    const gone = was.images.find((id) => !ids.has(id));
    const note =
      gone === undefined
        ? `${now.images.length} images, before ${was.images.length}, or in another order`
        : `image ${gone} is not in the second`;
    return [{ row, measure: '', verdict: 'incomparable', note, ...none }];
  }
  const measures = new Set([...was.outcomes.keys(), ...now.outcomes.keys()]);
  return [...measures].map((measure) => compareMeasure(row, measure, was, now));
}

/**
 * Compares two runs image by image.
 *
 * @returns for each row of the first, in its order, one comparison per measure; then the rows that are new
 * @throws DataError when the first has no rows
 */
export function compareOutcomes(before: readonly RowOutcomes[], after: readonly RowOutcomes[]): Comparison[] {
  if (before.length === 0) throw new DataError('the first of the two has no rows to compare with');
  const nameOf = rowNames([...before, ...after]);
  const [known, now] = [keysOf(before), keysOf(after)];
  const compared = [...known].flatMap(([key, was]): Comparison[] => {
    const row = now.get(key);
    if (row !== undefined) return compareRow(nameOf(was), was, row);
    const unknown = after.some((one) => keptName(one) === keptName(was) && !one.boxRule !== !was.boxRule);
    const note = unknown
      ? 'the box rule is known on one side only: table.csv belongs beside images.csv'
      : 'no such row any more';
    return [{ row: nameOf(was), measure: '', verdict: unknown ? 'incomparable' : 'missing', note, ...none }];
  });
  const fresh = [...now]
    .filter(([key]) => !known.has(key))
    .map(([, row]): Comparison => {
      return { row: nameOf(row), measure: '', verdict: 'new', note: 'not in the first', ...none };
    });
  return [...compared, ...fresh];
}
