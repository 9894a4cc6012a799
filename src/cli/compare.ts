import type { CommandModule } from 'yargs';
import { compareOutcomes } from '../report/compare.js';
import { FORMATS, type Format, formatComparisons } from '../report/compare-formats.js';
import { outcomesAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Arguments {
  before: string;
  after: string;
  format: Format;
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
      }) as never,
  handler: async ({ before, after, format }) => {
    const comparisons = compareOutcomes(await outcomesAt(before), await outcomesAt(after));
    process.stdout.write(formatComparisons(comparisons, format, tableWidth(), paintTone()));
  },
};
