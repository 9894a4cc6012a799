import type { CommandModule } from 'yargs';
import { nonNegative, UsageError } from './arguments.js';
import { checkBaseline } from './check-baseline.js';
import { checkPaper } from './check-paper.js';
import { jsonOption } from './json.js';

interface Arguments {
  results: string;
  baseline?: string;
  paper: boolean;
  json: boolean;
  tolerance?: number;
}

/** Points within which published values are expected: what an independent rerun of the paper's rows landed within. */
const PAPER_TOLERANCE = 2;

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
      .option('tolerance', {
        type: 'number',
        coerce: nonNegative('tolerance'),
        describe: `percentage points that an error may grow by (0), or be away from the published one (${PAPER_TOLERANCE})`,
      })
      .option('json', jsonOption) as never,
  handler: async ({ results, baseline, paper, json, tolerance }) => {
    if (paper === (baseline !== undefined)) throw new UsageError('give either --baseline FILE or --paper');
    const good =
      baseline === undefined
        ? await checkPaper({ results, json, tolerance: tolerance ?? PAPER_TOLERANCE })
        : await checkBaseline({ results, baseline, tolerance: tolerance ?? 0 }, json);
    if (!good) process.exitCode = 1;
  },
};
