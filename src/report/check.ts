import { DataError } from '../base/errors.js';
import { parseCsv } from './csv.js';

/** A line of a table, by its columns. */
export type Row = Readonly<Record<string, string>>;

/** A table.csv of the localization table, one record per row. @throws DataError naming the file */
export function readTable(text: string, file: string): Row[] {
  const needed = ['network', 'method', 'layer', 'box_rule', 'n', 'data'];
  return readRows(text, file, needed, ', of the localization table');
}

/**
 * A CSV file as written by a run, one record per row.
 * @param needed columns that it must have
 * @param kind words about the table, for messages
 * @throws DataError naming the file
 */
export function readRows(text: string, file: string, needed: readonly string[], kind = ''): Row[] {
  let lines: string[][];
  try {
    lines = parseCsv(text);
  } catch (error) {
    throw new DataError(`${file}: not a CSV table: ${(error as Error).message}`);
  }
  const [head, ...rows] = lines;
  const missing = needed.find((name) => !head?.includes(name));
  if (head === undefined || missing !== undefined) {
    throw new DataError(
      `${file}: no column \`${missing ?? 'network'}\`; expected a table.csv of bench run${kind}`,
    );
  }
  const broken = rows.findIndex((row) => row.length !== head.length);
  if (broken >= 0) {
    const found = rows[broken]!.length;
    throw new DataError(`${file}: line ${broken + 2} has ${found} cells, its head has ${head.length}`);
  }
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]!])));
}

type Verdict = 'same' | 'better' | 'worse' | 'missing' | 'incomparable' | 'new';

/** What became of one row, in words. */
interface Finding {
  readonly verdict: Verdict;
  readonly text: string;
}

function label(row: Row): string {
  const layer = row.layer ? ` at ${row.layer}` : '';
  return `${row.network}, ${row.method}${layer}, ${row.box_rule}`;
}

const keyOf = (row: Row) => JSON.stringify([row.network, row.method, row.layer, row.box_rule]);

const isError = (name: string) => /^(cls|loc)_top\d+_error$/.test(name);

function compareRow(was: Row, now: Row, tolerance: number): Finding {
  const differing = ['n', 'n_loc', 'data'].find((name) => was[name] !== now[name]);
  if (differing !== undefined) {
    const values = `${differing} is ${now[differing]}, the baseline's ${was[differing]}`;
    return { verdict: 'incomparable', text: `${label(was)}: cannot be compared: ${values}` };
  }
  const changes = Object.keys(was)
    .filter(isError)
    .map((name) => ({ name, from: was[name]!, to: now[name] ?? '' }))
    .filter(({ from, to }) => from !== to);
  const shown = (list: typeof changes) =>
    list.map(({ name, from, to }) => `${name} ${from || 'empty'} → ${to || 'empty'}`).join(', ');
  // A rounding step of the file must not decide; an error that appears or vanishes is always worth a word.
  const worse = changes.filter(
    ({ from, to }) => from === '' || to === '' || Number(to) - Number(from) > tolerance + 1e-9,
  );
  if (worse.length > 0) return { verdict: 'worse', text: `${label(was)}: ${shown(worse)}` };
  const better = changes.filter(({ from, to }) => Number(to) < Number(from));
  if (better.length > 0) return { verdict: 'better', text: `${label(was)}: ${shown(better)}` };
  return { verdict: 'same', text: label(was) };
}

/**
 * Compares the rows of a run with a baseline's, by network, method, layer and box rule.
 *
 * @param tolerance in percentage points: an error may grow by this much
 * @returns a finding per row of the baseline, in its order, then one per row that is new
 */
export function compareTables(
  baseline: readonly Row[],
  results: readonly Row[],
  tolerance: number,
): Finding[] {
  const now = new Map(results.map((row) => [keyOf(row), row]));
  const known = new Set(baseline.map(keyOf));
  const findings = baseline.map((was): Finding => {
    const row = now.get(keyOf(was));
    return row === undefined
      ? { verdict: 'missing', text: `${label(was)}: no such row in the results` }
      : compareRow(was, row, tolerance);
  });
  const fresh = results
    .filter((row) => !known.has(keyOf(row)))
    .map((row): Finding => ({ verdict: 'new', text: `${label(row)}: not in the baseline` }));
  return [...findings, ...fresh];
}
