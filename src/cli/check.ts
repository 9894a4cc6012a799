import type { CommandModule } from 'yargs';
import { DataError } from '../base/errors.js';
import { compareTables } from '../report/check.js';
import { compareOutcomes } from '../report/compare.js';
import { formatComparisons, isLoss } from '../report/compare-formats.js';
import type { RowOutcomes } from '../report/image-outcomes.js';
import { nonNegative, UsageError } from './arguments.js';
import { checkPaper } from './check-paper.js';
import { outcomesBeside, tableAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Compared {
  results: string;
  baseline: string;
  tolerance: number;
}

interface Arguments {
  results: string;
  baseline?: string;
  paper: boolean;
  json: boolean;
  tolerance?: number;
}

/** Points within which published values are expected: what an independent rerun of the paper's rows landed within. */
const PAPER_TOLERANCE = 2;

/** A row that changed: green when it is better, red when it is not as good or gone. */
function printFinding({ verdict, text }: ReturnType<typeof compareTables>[number]): void {
  const line = `${verdict}: ${text}`;
  if (verdict === 'new') console.log(line);
  else console.log(paintTone()(verdict === 'better' ? 'better' : 'worse', line));
}

/** The rows of the tables, of which an error may grow by the tolerance. */
async function checkTables({ results, baseline, tolerance }: Compared): Promise<boolean> {
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
async function checkFrame({ results, baseline }: Compared): Promise<number> {
  const findings = compareTables(await tableAt(baseline), await tableAt(results), 100);
  const bad = findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'incomparable');
  bad.forEach(printFinding);
  return bad.length;
}

async function checkImages(
  args: Compared,
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

async function checkBaseline(args: Compared): Promise<boolean> {
  const before = await outcomesBeside(args.baseline);
  // Read whether the baseline has any or not: they may contradict their table.
  const after = await outcomesBeside(args.results);
  return before === undefined || after === undefined ? checkTables(args) : checkImages(args, before, after);
}

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check <results>',
  describe: 'hold a run against a baseline, or against published values',
  builder: (yargs) =>
    yargs
      .positional('results', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or a table.csv",
      })
      .option('baseline', {
        type: 'string',
        describe: 'the table.csv, or folder of results, to compare with: exit with 1 where the run is worse',
      })
      .option('paper', {
        type: 'boolean',
        default: false,
        describe: 'compare with the published values of its networks: exit with 1 where one is further away',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'with --paper: print everything as JSON',
      })
      .option('tolerance', {
        type: 'number',
        coerce: nonNegative('tolerance'),
        describe: `percentage points that an error may grow by (0), or be away from the published one (${PAPER_TOLERANCE})`,
      }) as never,
  handler: async ({ results, baseline, paper, json, tolerance }) => {
    if (paper === (baseline !== undefined)) throw new UsageError('give either --baseline FILE or --paper');
    if (json && !paper) throw new UsageError('--json is an option of --paper');
    const good =
      baseline === undefined
        ? await checkPaper({ results, json, tolerance: tolerance ?? PAPER_TOLERANCE })
        : await checkBaseline({ results, baseline, tolerance: tolerance ?? 0 });
    if (!good) process.exitCode = 1;
  },
};
