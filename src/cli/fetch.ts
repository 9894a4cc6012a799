import type { CommandModule } from 'yargs';
import { cachedPath, isFetched } from '../fetch/cache.js';
import { fetchModels } from '../fetch/fetch-models.js';
import { type Manifest, readManifest } from '../fetch/manifest.js';
import { megabytes } from '../fetch/resolve.js';
import { fitTable } from '../report/fit-table.js';
import { UsageError } from './arguments.js';
import { fetchProgress } from './fetch-progress.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  models: string[];
  list: boolean;
}

function printList({ models }: Manifest): void {
  const columns = [
    { title: 'model', align: 'left' },
    { title: 'size', align: 'right' },
    { title: "row of the paper's table", align: 'left' },
    { title: '', align: 'left' },
    { title: '', align: 'left' },
  ] as const;
  const rows = Object.entries(models).map(([name, model]) => {
    const here = isFetched(cachedPath(name, model, process.env), model.bytes) ? 'fetched' : '';
    return [name, megabytes(model.bytes), model.paper ?? '', here, model.title];
  });
  for (const line of fitTable({ heads: columns, rows }, tableWidth())) console.log(line);
}

export const fetchCommand: CommandModule<object, Arguments> = {
  command: 'fetch [models..]',
  describe: 'download published networks, checked by sha256',
  builder: (yargs) =>
    yargs
      .positional('models', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'names, see --list',
      })
      .option('list', { type: 'boolean', default: false, describe: 'list what can be fetched' }) as never,
  handler: async ({ models, list }) => {
    const manifest = readManifest();
    if (list) return printList(manifest);
    if (models.length === 0) throw new UsageError('fetch: which models? --list shows them');
    const done = await fetchModels(models, manifest, process.env, fetchProgress());
    for (const { name, path, fetched, open } of done) {
      console.log(`${name}: ${path}${fetched ? '' : ' (there already)'}`);
      if (open !== undefined) console.error(`note: ${name}: ${open}`);
    }
  },
};
