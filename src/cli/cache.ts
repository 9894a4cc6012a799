import { basename } from 'node:path';
import type { CommandModule } from 'yargs';
import { cacheFolder, compiledCache } from '../fetch/cache.js';
import {
  CACHE_PARTS,
  type CacheEntry,
  type CachePart,
  cacheEntries,
  clearCache,
  REMOVED,
} from '../fetch/cache-contents.js';
import { megabytes } from '../fetch/resolve.js';
import { fitReport } from '../report/fit-table.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  clear: CachePart | 'all' | undefined;
}

const sizeOf = (entries: readonly CacheEntry[]) =>
  megabytes(entries.reduce((sum, { bytes }) => sum + bytes, 0));

const ofPart = (entries: readonly CacheEntry[], wanted: CachePart) =>
  entries.filter(({ part }) => part === wanted);

/** A row for each network that was fetched, and one for all compiled graphs. */
function rowsOf(entries: readonly CacheEntry[]): string[][] {
  const downloads = ofPart(entries, 'downloads').map((entry) => {
    const models = entry.files.map((file) => basename(file)).filter((file) => file.endsWith('.onnx'));
    const name = models[0] ?? `${entry.files[0] ?? 'nothing'} (unfinished)`;
    const half = REMOVED.test(entry.path) ? ' (its removal was cut short)' : '';
    return ['downloads', `${name}${half}`, sizeOf([entry])];
  });
  const compiled = ofPart(entries, 'compiled');
  const limit = compiledCache(process.env)?.bytes;
  const most = limit === undefined ? '' : `, at most ${megabytes(limit)} are kept`;
  const count = `${compiled.length} graph${compiled.length === 1 ? '' : 's'}${most}`;
  return [...downloads, ...(compiled.length > 0 ? [['compiled', count, sizeOf(compiled)]] : [])];
}

async function list(folder: string): Promise<void> {
  const entries = await cacheEntries(folder);
  const columns = [
    { title: 'part', align: 'left' },
    { title: 'what', align: 'left' },
    { title: 'size', align: 'right' },
  ] as const;
  const lines =
    entries.length === 0
      ? [`${folder}: nothing is there`]
      : [`${folder}: ${sizeOf(entries)}`, { heads: columns, rows: rowsOf(entries) }];
  for (const line of fitReport(lines, tableWidth())) console.log(line);
}

async function clear(folder: string, part: CachePart | 'all'): Promise<void> {
  const { removed, left } = await clearCache(folder, part === 'all' ? CACHE_PARTS : [part]);
  for (const line of left) console.error(`note: ${line}`);
  const counts = CACHE_PARTS.map((one) => `${ofPart(removed, one).length} ${one}`).join(', ');
  console.log(`${folder}: removed ${counts} (${sizeOf(removed)})`);
}

export const cacheCommand: CommandModule<object, Arguments> = {
  command: 'cache',
  describe: 'show what is kept on disk, and remove it',
  builder: (yargs) =>
    yargs.option('clear', {
      choices: [...CACHE_PARTS, 'all'],
      describe: 'remove fetched networks, compiled graphs, or both',
    }) as never,
  handler: ({ clear: part }) => {
    const folder = cacheFolder(process.env);
    return part === undefined ? list(folder) : clear(folder, part);
  },
};
