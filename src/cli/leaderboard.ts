import { basename, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { leaderboard } from '../report/leaderboard.js';
import { BOARD_FORMATS, type BoardFormat, formatBoard } from '../report/leaderboard-formats.js';
import { judgedBy, outcomesAt } from './result-files.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  results: string[];
  measure: string;
  format: BoardFormat;
}

export const leaderboardCommand: CommandModule<object, Arguments> = {
  command: 'leaderboard <results..>',
  describe: 'rank the rows of several results; what a paired test cannot tell apart shares a rank',
  builder: (yargs) =>
    yargs
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders of bench run or bench judge on the same images, or their images.csv',
      })
      .option('measure', {
        type: 'string',
        default: 'loc_top1_error',
        describe: 'the error that ranks: loc_top1_error, loc_top5_error, cls_top1_error, …',
      })
      .option('format', {
        choices: BOARD_FORMATS,
        default: 'table' as const,
        describe: 'how to print it',
      }) as never,
  handler: async ({ results, measure, format }) => {
    const named = [];
    const names = namesOf(results);
    for (const [i, path] of results.entries()) {
      named.push({
        name: names[i]!,
        rows: await outcomesAt(path, 'bench leaderboard knows'),
        judgedBy: await judgedBy(path),
      });
    }
    process.stdout.write(formatBoard(leaderboard(named, measure), measure, format, tableWidth()));
  },
};

/** Results go by the names of their folders; by their paths where two have one name. */
function namesOf(paths: readonly string[]): readonly string[] {
  const short = paths.map((path) => basename(resolve(path.replace(/[/\\](table|images)\.csv$/, ''))));
  return paths.map((path, i) => (short.filter((one) => one === short[i]).length === 1 ? short[i]! : path));
}
