import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/load.js';
import { consoleReport } from '../report/console-report.js';
import { runBenchmark } from '../run/benchmark.js';
import { wholeNumber } from './arguments.js';
import { progress } from './progress.js';
import { timingLine } from './timing-line.js';

interface Arguments {
  config: string;
  out: string | undefined;
  limit: number | undefined;
  set: string[];
  overlays: number;
  batch: number | undefined;
  allowFailures: boolean;
}

export const runCommand: CommandModule<object, Arguments> = {
  command: 'run <config>',
  describe: 'measure the localization error of networks and methods as a configuration says',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', demandOption: true, describe: 'a YAML file, see configs/' })
      .option('out', { type: 'string', describe: 'folder of the results [default: out/<name of CONFIG>]' })
      .option('limit', { coerce: wholeNumber('limit', 1), describe: 'only the first N images' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'change a key of the configuration: a.b=c, may be repeated',
      })
      .option('overlays', {
        coerce: wholeNumber('overlays', 0),
        default: 0,
        describe: 'write heat maps over the first N images of every network',
      })
      .option('batch', { coerce: wholeNumber('batch', 1), describe: 'images that run together' })
      .option('allow-failures', {
        type: 'boolean',
        default: false,
        describe: 'exit with 0 although images could not be read',
      }) as never,
  handler: async (args) => {
    const set = [
      ...args.set,
      ...(args.limit === undefined ? [] : [`dataset.limit=${args.limit}`]),
      ...(args.batch === undefined ? [] : [`batch=${args.batch}`]),
    ];
    const loaded = await loadConfig(args.config, { set });
    const out = args.out ?? loaded.config.output ?? join('out', loaded.name);
    const reporter = progress();
    const result = await runBenchmark({ loaded, out, overlays: args.overlays, reporter });
    const lines = consoleReport(result.rows, result.top, result.data, loaded.name);
    for (const line of lines) console.log(line);
    for (const network of result.networks) console.log(timingLine(network));
    const { failures } = result;
    if (failures.length > 0) {
      console.error(
        `bench: ${failures.length === 1 ? '1 image' : `${failures.length} images`} could not be read and count nowhere:`,
      );
      for (const { id, message } of failures) console.error(`bench:   ${id}: ${message}`);
      if (!args.allowFailures) process.exitCode = 1;
    }
  },
};
