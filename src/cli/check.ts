import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { DataError } from '../errors.js';
import { compareTables, readTable } from '../report/check.js';
import { nonNegative } from './arguments.js';

interface Arguments {
  results: string;
  baseline: string;
  tolerance: number;
}

/** A table.csv, given itself or by the folder that a run wrote. */
async function tableAt(path: string) {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(path, 'table.csv') : path;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DataError(`${file}: no such table; bench run writes it`);
  });
  return readTable(text, file);
}

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check <results>',
  describe: 'compare the table of a run with a baseline; exits with 1 when an error grew',
  builder: (yargs) =>
    yargs
      .positional('results', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or a table.csv",
      })
      .option('baseline', { type: 'string', demandOption: true, describe: 'the table.csv to compare with' })
      .option('tolerance', {
        coerce: nonNegative('tolerance'),
        default: 0,
        describe: 'percentage points that an error may grow by',
      }) as never,
  handler: async ({ results, baseline, tolerance }) => {
    const findings = compareTables(await tableAt(baseline), await tableAt(results), tolerance);
    for (const { verdict, text } of findings) if (verdict !== 'same') console.log(`${verdict}: ${text}`);
    const bad = findings.filter(({ verdict }) => ['worse', 'missing', 'incomparable'].includes(verdict));
    const compared = findings.filter(({ verdict }) => verdict !== 'new').length;
    console.log(`${compared} rows compared, ${bad.length} not as good (tolerance ${tolerance} points)`);
    if (compared === 0) throw new DataError(`${baseline}: the baseline has no rows`);
    if (bad.length > 0) process.exitCode = 1;
  },
};
