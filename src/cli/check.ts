import type { CommandModule } from 'yargs';
import { DataError } from '../base/errors.js';
import { compareTables } from '../report/check.js';
import { type Comparison, compareOutcomes } from '../report/compare.js';
import { formatComparisons, isLoss } from '../report/compare-formats.js';
import type { RowOutcomes } from '../report/image-outcomes.js';
import { nonNegative } from './arguments.js';
import { comparisonJson } from './comparisons-json.js';
import { jsonOption, printJson } from './json.js';
import { outcomesBeside, tableAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Arguments {
  results: string;
  baseline: string;
  tolerance: number;
  json: boolean;
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
async function checkTables({ results, baseline, tolerance }: Arguments): Promise<Checked> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), tolerance);
  const bad = findings.filter(({ verdict }) => ['worse', 'missing', 'incomparable'].includes(verdict)).length;
  return { by: 'rows', findings, bad, passed: bad === 0 };
}

/** Rows, data and box rules must be the baseline's; their numbers are judged image by image. Those that are not. */
async function checkFrame({ results, baseline }: Arguments): Promise<readonly Finding[]> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), 100);
  return findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'incomparable');
}

async function checkImages(
  args: Arguments,
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

function print(checked: Checked, { tolerance }: Arguments): void {
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

function documentOf(checked: Checked, { tolerance }: Arguments) {
  const { passed, by, bad } = checked;
  const head = { passed, by, tolerance, not_as_good: bad };
  if (checked.by === 'rows') return { ...head, rows: checked.findings };
  return { ...head, rows: checked.frame, comparisons: checked.comparisons.map(comparisonJson) };
}

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check <results>',
  describe: 'hold a run against a baseline; exit with 1 where it is worse',
  builder: (yargs) =>
    yargs
      .positional('results', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or a table.csv",
      })
      .option('baseline', {
        type: 'string',
        demandOption: true,
        describe: 'the table.csv, or folder of results, to compare with',
      })
      .option('tolerance', {
        type: 'number',
        coerce: nonNegative('tolerance'),
        default: 0,
        describe: 'percentage points that an error may grow by',
      })
      .option('json', jsonOption) as never,
  handler: async (args) => {
    const before = await outcomesBeside(args.baseline);
    // Read whether the baseline has any or not: they may contradict their table.
    const after = await outcomesBeside(args.results);
    const checked =
      before === undefined || after === undefined
        ? await checkTables(args)
        : await checkImages(args, before, after);
    const empty = checked.by === 'rows' && comparedOf(checked.findings) === 0;
    if (!args.json) print(checked, args);
    if (empty) throw new DataError(`${args.baseline}: the baseline has no rows`);
    if (args.json) printJson(documentOf(checked, args));
    if (!checked.passed) process.exitCode = 1;
  },
};
