import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/load.js';
import type { Shard } from '../run/shard.js';
import { JUDGE_CONFIG, type WrittenMaps, writeMaps } from '../run/write-maps.js';
import { allowFailuresOption, limitOption, setOption, shardOption, talkOptions } from './arguments.js';
import { progress } from './progress.js';
import { stoppable } from './signals.js';

interface Arguments {
  config: string;
  out: string;
  limit: number | undefined;
  set: string[];
  shard: Shard | undefined;
  allowFailures: boolean;
  quiet: boolean;
  verbose: boolean;
}

export const mapsCommand: CommandModule<object, Arguments> = {
  command: 'maps <config>',
  describe: 'write the maps of a configuration into files that bench judge reads',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', demandOption: true, describe: 'a YAML file, see configs/' })
      .option('out', {
        type: 'string',
        demandOption: true,
        describe: 'folder of the maps; images whose maps are there are not done again',
      })
      .option('limit', limitOption)
      .option('set', setOption('change a key of the configuration: a.b=c, may be repeated'))
      .option('shard', {
        type: 'string',
        coerce: shardOption,
        describe: 'only the Ith of N parts of the images: I/N; all parts may have one --out',
      })
      .option('allow-failures', allowFailuresOption)
      .options(talkOptions) as never,
  handler: async ({ config, out, limit, set, shard, allowFailures, ...talk }) => {
    const limits = limit === undefined ? [] : [`dataset.limit=${limit}`];
    const loaded = await loadConfig(config, { set: [...set, ...limits] });
    await stoppable(async (stop) => {
      const written = await writeMaps({ loaded, out, shard, reporter: progress(talk), stop });
      for (const one of written) console.log(lineOf(one));
      console.log(`judged by: bench run ${out}/${JUDGE_CONFIG}`);
      if (!allowFailures && written.some(({ failed }) => failed > 0)) process.exitCode = 1;
    });
  },
};

function lineOf({ network, folder, images, before, failed }: WrittenMaps): string {
  const parts = [
    `${network}: maps of ${images === 1 ? '1 image' : `${images} images`} in ${folder}`,
    ...(before > 0 ? [`${before} were there`] : []),
    ...(failed > 0 ? [`${failed} could not be read`] : []),
  ];
  return parts.join('; ');
}
