import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../base/errors.js';
import { isDirectory, refuseDevice } from '../base/read-file.js';
import { type Row, readTable } from '../report/check.js';
import { type RowOutcomes, readImageOutcomes } from '../report/image-outcomes.js';
import { withTable } from '../report/with-table.js';

/** A file's text; undefined when there is none. @throws DataError for what cannot be read */
export async function textAt(file: string): Promise<string | undefined> {
  await refuseDevice(file, 'results of bench run');
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new DataError(`${file}: cannot be read: ${error.message}`);
  });
}

/** Who asks, with the verb, in the refusal of results of another experiment. */
const COMMANDS = 'bench compare and bench check know';

/** @throws DataError when the folder holds the results of another experiment than the localization table */
async function refuseOthers(folder: string, who: string): Promise<void> {
  const text = await textAt(join(folder, 'run.json'));
  let name: unknown;
  try {
    const run: { config?: { experiment?: { name?: unknown } } } | null = JSON.parse(text ?? '{}');
    name = run?.config?.experiment?.name;
  } catch {
    // Results have tables whether run.json can be read or not.
  }
  if (typeof name !== 'string' || name === 'localization') return;
  throw new DataError(`${folder}: results of the experiment ${name}; ${who} the localization table only`);
}

/** Where a run's table and the decisions about its images are. */
interface Places {
  readonly table: string | undefined;
  readonly images: string | undefined;
}

/**
 * A folder of results has `table.csv` and `images.csv`; a table elsewhere may have `<name>.images.csv` beside `<name>.csv`.
 */
async function places(path: string, who = COMMANDS): Promise<Places> {
  if (await isDirectory(path)) {
    await refuseOthers(path, who);
    return { table: join(path, 'table.csv'), images: join(path, 'images.csv') };
  }
  if (/(^|[/\\])(table|images)\.csv$/.test(path)) {
    const folder = dirname(path);
    await refuseOthers(folder, who);
    const other = (name: string) => path.replace(/(table|images)\.csv$/, `${name}.csv`);
    return { table: other('table'), images: other('images') };
  }
  if (path.endsWith('.images.csv')) return { table: path.replace(/\.images\.csv$/, '.csv'), images: path };
  if (path.endsWith('.csv')) return { table: path, images: path.replace(/\.csv$/, '.images.csv') };
  return { table: path, images: undefined };
}

const runSchema = z.object({
  config: z.object({ localization: z.object({ iou: z.number() }) }),
  data: z.object({ sha256_of_list: z.string() }),
  networks: z.array(z.object({ sha256_of_truth: z.string(), failures: z.array(z.unknown()) })),
});

/**
 * What the decisions of results depend on beside maps and boxes, in words; undefined where no run.json says it.
 * @throws DataError
 */
export async function judgedBy(path: string): Promise<string | undefined> {
  const folder = (await isDirectory(path)) ? path : dirname(path);
  let document: unknown;
  try {
    document = JSON.parse((await textAt(join(folder, 'run.json'))) ?? 'null');
  } catch (error) {
    if (error instanceof DataError) throw error;
    return undefined;
  }
  const run = runSchema.safeParse(document);
  if (!run.success) return undefined;
  const { config, data, networks } = run.data;
  const truths = [...new Set(networks.map(({ sha256_of_truth }) => sha256_of_truth.slice(0, 12)))];
  return `IoU ${config.localization.iou}, list ${data.sha256_of_list.slice(0, 12)}, ground truth ${truths.join(' or ')}`;
}

/** A table.csv, given itself or by the folder that a run wrote. @throws DataError */
export async function tableAt(path: string): Promise<Row[]> {
  const { table } = await places(path);
  const text = await textAt(table!);
  if (text === undefined) throw new DataError(`${table}: no such table; bench run writes it`);
  return readTable(text, table!);
}

async function outcomesIn({ table, images }: Places): Promise<RowOutcomes[] | undefined> {
  const text = images && (await textAt(images));
  if (text === undefined) return undefined;
  const outcomes = readImageOutcomes(text, images!);
  const rows = table && (await textAt(table));
  if (rows === undefined) return outcomes;
  return withTable(outcomes, readTable(rows, table!), { table: table!, images: images! });
}

/**
 * The decisions about images beside a table, with the table's box rules.
 * @returns undefined when there are none
 * @throws DataError, when they contradict the table too
 */
export async function outcomesBeside(path: string): Promise<RowOutcomes[] | undefined> {
  return outcomesIn(await places(path));
}

/**
 * The same of a folder of results, or of a file with any name that holds them. @throws DataError when there are none
 */
export async function outcomesAt(path: string, who?: string): Promise<RowOutcomes[]> {
  const files = await places(path, who);
  const named =
    (await isDirectory(path)) || /(^|[/\\])(table|images)\.csv$/.test(path) || files.images === path;
  const at = named ? files : { table: undefined, images: path };
  const outcomes = await outcomesIn(at);
  if (outcomes !== undefined) return outcomes;
  throw new DataError(`${at.images}: no such file; bench run writes images.csv when it is complete`);
}
