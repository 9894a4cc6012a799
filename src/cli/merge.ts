import type { CommandModule } from 'yargs';
import { mergeShards } from '../run/merge.js';
import { allowFailuresOption } from './arguments.js';
import { printResult } from './print-result.js';

interface Arguments {
  shards: string[];
  out: string;
  allowFailures: boolean;
}

export const mergeCommand: CommandModule<object, Arguments> = {
  command: 'merge <shards..>',
  describe: 'join the shards of a run into its results',
  builder: (yargs) =>
    yargs
      .positional('shards', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'the folders that bench run --shard wrote, all of them',
      })
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the results' })
      .option('allow-failures', allowFailuresOption) as never,
  handler: async ({ shards, out, allowFailures }) => {
    const result = await mergeShards({ folders: shards, out });
    console.error(`results: ${out}`);
    printResult(result, allowFailures);
  },
};
