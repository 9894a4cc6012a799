import type { CommandModule } from 'yargs';
import { DataError } from '../base/errors.js';
import { compareTables } from '../report/check.js';
import { compareOutcomes } from '../report/compare.js';
import { formatComparisons, isLoss } from '../report/compare-formats.js';
import type { RowOutcomes } from '../report/image-outcomes.js';
import { nonNegative } from './arguments.js';
import { outcomesBeside, tableAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Arguments {
  results: string;
  baseline: string;
  tolerance: number;
}

/** A row that changed: green when it is better, red when it is not as good or gone. */
function printFinding({ verdict, text }: ReturnType<typeof compareTables>[number]): void {
  const line = `${verdict}: ${text}`;
  if (verdict === 'new') console.log(line);
  else console.log(paintTone()(verdict === 'better' ? 'better' : 'worse', line));
}

/** The rows of the tables, of which an error may grow by the tolerance. */
async function checkTables({ results, baseline, tolerance }: Arguments): Promise<boolean> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), tolerance);
  for (const finding of findings) if (finding.verdict !== 'same') printFinding(finding);
  const bad = findings.filter(({ verdict }) => ['worse', 'missing', 'incomparable'].includes(verdict));
  const compared = findings.filter(({ verdict }) => verdict !== 'new').length;
  console.log(`${compared} rows compared, ${bad.length} not as good (tolerance ${tolerance} points)`);
  if (compared === 0) throw new DataError(`${baseline}: the baseline has no rows`);
  return bad.length === 0;
}

/**
 * Rows, data and box rules must be the baseline's; their numbers are judged image by image.
 * @returns how many rows are not
 */
async function checkFrame({ results, baseline }: Arguments): Promise<number> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), 100);
  const bad = findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'incomparable');
  bad.forEach(printFinding);
  return bad.length;
}

async function checkImages(
  args: Arguments,
  before: readonly RowOutcomes[],
  after: readonly RowOutcomes[],
): Promise<boolean> {
  const { tolerance } = args;
  const others = await checkFrame(args);
  const comparisons = compareOutcomes(before, after);
  const changed = comparisons.filter(({ verdict }) => verdict !== 'equal');
  if (changed.length > 0)
    process.stdout.write(formatComparisons(changed, 'table', tableWidth(), paintTone()));
  // A significant loss below the tolerance is no alarm.
  const bad = comparisons.filter(
    (one) => isLoss(one) && (one.difference === undefined || one.difference.estimate > tolerance),
  );
  const missed = others > 0 ? `; ${others} rows are missing or cannot be compared` : '';
  console.log(
    `${comparisons.length} errors compared image by image, ${bad.length} not as good (evidence of more than ${tolerance} points)${missed}`,
  );
  return others === 0 && bad.length === 0;
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
      }) as never,
  handler: async (args) => {
    const before = await outcomesBeside(args.baseline);
    // Read whether the baseline has any or not: they may contradict their table.
    const after = await outcomesBeside(args.results);
    const good =
      before === undefined || after === undefined
        ? await checkTables(args)
        : await checkImages(args, before, after);
    if (!good) process.exitCode = 1;
  },
};
