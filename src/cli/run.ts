import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import { runBenchmark } from '../run/benchmark.js';
import { QueueAddress } from '../run/queue/address.js';
import type { Shard } from '../run/shard.js';
import {
  allowFailuresOption,
  freshOption,
  limitOption,
  partialOption,
  setOption,
  shardedOption,
  talkOptions,
  UsageError,
  wholeNumber,
} from './arguments.js';
import { jsonOption, printJson } from './json.js';
import { printResult, reportFailures } from './print-result.js';
import { progress } from './progress.js';
import { queueProgress } from './queue-progress.js';
import { runJson, shardJson } from './run-json.js';
import { stoppable } from './signals.js';

interface Arguments {
  config: string;
  out: string | undefined;
  limit: number | undefined;
  set: string[];
  overlays: number;
  batch: number | undefined;
  allowFailures: boolean;
  quiet: boolean;
  verbose: boolean;
  fresh: boolean;
  shard: Shard | undefined;
  queue: string | undefined;
  json: boolean;
  partial: boolean;
}

const [WHAT, RESULTS, LARGE] = ['What is measured:', 'Results:', 'Large runs:'];

export const runCommand: CommandModule<object, Arguments> = {
  command: 'run <config>',
  describe: 'measure explanations as a configuration says',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', demandOption: true, describe: 'a YAML file, see configs/' })
      .option('out', {
        type: 'string',
        group: RESULTS,
        describe: 'folder of the results [default: out/<name of CONFIG>]',
      })
      .option('limit', { ...limitOption, group: WHAT })
      .option('set', {
        ...setOption('change a key of the configuration: a.b=c, may be repeated'),
        group: WHAT,
      })
      .option('overlays', {
        type: 'number',
        group: RESULTS,
        coerce: wholeNumber('overlays', 0),
        default: 0,
        describe: 'write heat maps over the first N images of every network',
      })
      .option('batch', {
        type: 'number',
        coerce: wholeNumber('batch', 1),
        group: LARGE,
        describe: 'images that run together; changes the speed, no number',
      })
      .option('fresh', { ...freshOption, group: RESULTS })
      .option('shard', { ...shardedOption, group: LARGE })
      .option('queue', {
        type: 'string',
        group: LARGE,
        describe: 'let `bench worker` compute: redis://HOST:PORT; $NAME in braces is an environment variable',
      })
      .option('json', { ...jsonOption, group: RESULTS })
      .option('partial', { ...partialOption, group: WHAT })
      .option('allow-failures', { ...allowFailuresOption, group: RESULTS })
      .options(talkOptions) as never,
  handler: async (args) => {
    const set = [
      ...args.set,
      ...(args.limit === undefined ? [] : [`dataset.limit=${args.limit}`]),
      ...(args.batch === undefined ? [] : [`batch=${args.batch}`]),
    ];
    const loaded = partially(await loadConfig(args.config, { set }), args.partial);
    const out = args.out ?? loaded.config.output ?? join('out', loaded.name);
    const { overlays, fresh, shard, queue } = args;
    const coordinator = queue === undefined ? undefined : await overQueue(queue, overlays);
    const distribute = coordinator?.distribute;
    try {
      await stoppable(async (stop) => {
        const options = { loaded, out, overlays, fresh, shard, distribute, reporter: progress(args) };
        const result = await runBenchmark({ ...options, stop });
        if (!args.json) {
          if (result !== undefined) printResult(result, args.allowFailures);
          return;
        }
        if (result === undefined) return printJson(shardJson(loaded.name, out, shard!));
        printJson(await runJson(loaded.name, result));
        reportFailures(result, args.allowFailures);
      });
    } finally {
      coordinator?.close();
    }
  },
};

/** With `--partial`: images without maps are left out of every network whose maps are in files. */
function partially(loaded: LoadedConfig, partial: boolean): LoadedConfig {
  const { config } = loaded;
  if (!partial) return loaded;
  if (config.networks.every(({ maps }) => maps === undefined)) {
    throw new UsageError('--partial is for networks that are folders of maps; this configuration has none');
  }
  const networks = config.networks.map((network) =>
    network.maps === undefined ? network : { ...network, maps: { ...network.maps, partial } },
  );
  return { ...loaded, config: { ...config, networks } };
}

async function overQueue(queue: string, overlays: number) {
  if (overlays > 0) {
    throw new UsageError(
      '--overlays: maps do not travel through the queue; draw them afterwards, by the same command without --queue',
    );
  }
  const address = QueueAddress.parse(queue, process.env);
  const hint = `no worker yet: bench worker --queue ${address.label}`;
  // The queue's libraries take longer to load than all the rest: only when they are needed.
  const { connectCoordinator } = await import('../run/queue/coordinator.js');
  return connectCoordinator(address, queueProgress(hint));
}
