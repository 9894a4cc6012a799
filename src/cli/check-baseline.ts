import { DataError } from '../base/errors.js';
import { compareTables } from '../report/check.js';
import { type Comparison, compareOutcomes } from '../report/compare.js';
import { formatComparisons, isLoss } from '../report/compare-formats.js';
import type { RowOutcomes } from '../report/image-outcomes.js';
import { comparisonJson } from './comparisons-json.js';
import { printJson } from './json.js';
import { outcomesBeside, tableAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

/** A run, what it is held against, and how many points an error may grow by. */
interface Compared {
  readonly results: string;
  readonly baseline: string;
  readonly tolerance: number;
}

type Finding = ReturnType<typeof compareTables>[number];

/** What a check found, by rows of the tables or by images. */
type Checked =
  | {
      readonly by: 'rows';
      readonly findings: readonly Finding[];
      readonly bad: number;
      readonly passed: boolean;
    }
  | {
      readonly by: 'images';
      /** Rows that are gone or cannot be compared. */
      readonly frame: readonly Finding[];
      readonly comparisons: readonly Comparison[];
      readonly bad: number;
      readonly passed: boolean;
    };

/** The rows of the tables, of which an error may grow by the tolerance. */
async function checkTables({ results, baseline, tolerance }: Compared): Promise<Checked> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), tolerance);
  const bad = findings.filter(({ verdict }) => ['worse', 'missing', 'incomparable'].includes(verdict)).length;
  return { by: 'rows', findings, bad, passed: bad === 0 };
}

/** Rows, data and box rules must be the baseline's; their numbers are judged image by image. Those that are not. */
async function checkFrame({ results, baseline }: Compared): Promise<readonly Finding[]> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), 100);
  return findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'incomparable');
}

async function checkImages(
  args: Compared,
  before: readonly RowOutcomes[],
  after: readonly RowOutcomes[],
): Promise<Checked> {
  const frame = await checkFrame(args);
  const comparisons = compareOutcomes(before, after);
  // A significant loss below the tolerance is no alarm.
  const bad = comparisons.filter(
    (one) => isLoss(one) && (one.difference === undefined || one.difference.estimate > args.tolerance),
  ).length;
  return { by: 'images', frame, comparisons, bad, passed: frame.length === 0 && bad === 0 };
}

/** A row that changed: green when it is better, red when it is not as good or gone. */
function printFinding({ verdict, text }: Finding): void {
  const line = `${verdict}: ${text}`;
  if (verdict === 'new') console.log(line);
  else console.log(paintTone()(verdict === 'better' ? 'better' : 'worse', line));
}

const comparedOf = (findings: readonly Finding[]) =>
  findings.filter(({ verdict }) => verdict !== 'new').length;

function print(checked: Checked, { tolerance }: Compared): void {
  if (checked.by === 'rows') {
    const { findings, bad } = checked;
    for (const finding of findings) if (finding.verdict !== 'same') printFinding(finding);
    console.log(`${comparedOf(findings)} rows compared, ${bad} not as good (tolerance ${tolerance} points)`);
    return;
  }
  const { frame, comparisons, bad } = checked;
  frame.forEach(printFinding);
  const changed = comparisons.filter(({ verdict }) => verdict !== 'equal');
  if (changed.length > 0)
    process.stdout.write(formatComparisons(changed, 'table', tableWidth(), paintTone()));
  const missed = frame.length > 0 ? `; ${frame.length} rows are missing or cannot be compared` : '';
  console.log(
    `${comparisons.length} errors compared image by image, ${bad} not as good (evidence of more than ${tolerance} points)${missed}`,
  );
}

function documentOf(checked: Checked, { tolerance }: Compared) {
  const { passed, by, bad } = checked;
  const head = { passed, by, tolerance, not_as_good: bad };
  if (checked.by === 'rows') return { ...head, rows: checked.findings };
  return { ...head, rows: checked.frame, comparisons: checked.comparisons.map(comparisonJson) };
}

/**
 * Holds a run against a baseline, image by image where both have the images, and prints what it found.
 * @returns whether nothing is worse
 */
export async function checkBaseline(args: Compared, json: boolean): Promise<boolean> {
  const before = await outcomesBeside(args.baseline);
  // Read whether the baseline has any or not: they may contradict their table.
  const after = await outcomesBeside(args.results);
  const checked =
    before === undefined || after === undefined
      ? await checkTables(args)
      : await checkImages(args, before, after);
  const empty = checked.by === 'rows' && comparedOf(checked.findings) === 0;
  if (!json) print(checked, args);
  if (empty) throw new DataError(`${args.baseline}: the baseline has no rows`);
  if (json) printJson(documentOf(checked, args));
  return checked.passed;
}
