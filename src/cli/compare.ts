import type { CommandModule } from 'yargs';
import { compareOutcomes } from '../report/compare.js';
import { FORMATS, type Format, formatComparisons } from '../report/compare-formats.js';
import { UsageError } from './arguments.js';
import { comparisonJson } from './comparisons-json.js';
import { jsonOption, printJson } from './json.js';
import { outcomesAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Arguments {
  before: string;
  after: string;
  format: Format;
  json: boolean;
}

export const compareCommand: CommandModule<object, Arguments> = {
  command: 'compare <before> <after>',
  describe: 'compare two runs image by image: which decisions flipped',
  builder: (yargs) =>
    yargs
      .positional('before', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or an images.csv",
      })
      .positional('after', {
        type: 'string',
        demandOption: true,
        describe: 'another one over the same images',
      })
      .option('format', {
        choices: FORMATS,
        default: 'table' as const,
        describe: 'how to print it',
      })
      .option('json', jsonOption) as never,
  handler: async ({ before, after, format, json }) => {
    if (json && format !== 'table') throw new UsageError('--json and --format: give one of them');
    const comparisons = compareOutcomes(await outcomesAt(before), await outcomesAt(after));
    if (json) return printJson({ comparisons: comparisons.map(comparisonJson) });
    process.stdout.write(formatComparisons(comparisons, format, tableWidth(), paintTone()));
  },
};
