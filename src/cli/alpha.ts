import { dirname, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { ConfigError } from '../base/errors.js';
import { loadConfig } from '../config/load.js';
import { fixed } from '../report/csv.js';
import { fitTable } from '../report/fit-table.js';
import { searchAlphas } from '../run/alpha.js';
import type { AlphasFile } from '../run/alphas-file.js';
import { checkWritable, makeFolder, writeAtomically, writing } from '../run/files.js';
import { setOption, talkOptions } from './arguments.js';
import { progress } from './progress.js';
import { stoppable } from './signals.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  config: string;
  images: string;
  set: string[];
  quiet: boolean;
  verbose: boolean;
}

export const alphaCommand: CommandModule<object, Arguments> = {
  command: 'alpha <config>',
  describe: 'search the α of box rule mean on held-out images, for methods with alpha: search',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', demandOption: true, describe: 'a YAML file, see configs/' })
      .option('images', {
        type: 'string',
        demandOption: true,
        describe: 'the held-out images: a text file with one id a line; bench run leaves them out',
      })
      .option('set', setOption('as in bench run'))
      .options(talkOptions) as never,
  handler: async ({ config: path, images, set, ...talk }) => {
    const loaded = await loadConfig(path, { set });
    const file = loaded.config.localization.alphas;
    if (file === undefined) {
      throw new ConfigError(`${path}: localization.alphas is missing: the file to write what is found into`);
    }
    // A search may take hours: what cannot be written is found out before it.
    await makeFolder(dirname(file));
    await writing(file, () => checkWritable(file));
    await stoppable(async (stop) => {
      const alphas = await searchAlphas({ loaded, images: resolve(images), reporter: progress(talk), stop });
      for (const line of tableOf(alphas)) console.log(line);
      await writing(file, () => writeAtomically(file, `${JSON.stringify(alphas, null, 1)}\n`));
      console.log(`written: ${file}; bench run leaves these ${alphas.images.length} images out`);
    });
  },
};

function tableOf({ found, tried }: AlphasFile): readonly string[] {
  const titles = ['network', 'method', 'layer', 'smooth', 'alpha', 'wrong boxes in %', 'maps'];
  const columns = titles.map((title, i) => ({
    title,
    align: i < 3 ? ('left' as const) : ('right' as const),
  }));
  const cells = found.map(({ network, method, layer, smooth, alpha, n, wrong }) => [
    ...[network, method, layer ?? 'default', String(smooth), String(alpha)],
    ...[fixed((100 * wrong[tried.indexOf(alpha)]!) / n, 2), String(n)],
  ]);
  return fitTable({ heads: columns, rows: cells }, tableWidth());
}
