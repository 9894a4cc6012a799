import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import { isDirectory } from '../base/read-file.js';
import type { ReportLine } from '../base/table.js';
import type { PublishedRow } from '../eval/published.js';
import { readManifest } from '../fetch/manifest.js';
import { type Row, readRows } from '../report/check.js';
import { fitReport } from '../report/fit-table.js';
import { measuredValues } from '../report/measured.js';
import { readPublished } from '../report/published.js';
import { checkPublished } from '../report/published-check.js';
import { publishedCheckNotes, publishedCheckTable } from '../report/published-check-lines.js';
import { fittingData } from '../report/published-data.js';
import { type RunRecord, readRunRecord } from '../report/run-record.js';
import { printJson } from './json.js';
import { outcomesBeside, textAt } from './result-files.js';
import { paintTone, tableWidth } from './terminal.js';

interface Arguments {
  /** A run's folder. */
  readonly results: string;
  /** In points. */
  readonly tolerance: number;
  readonly json: boolean;
}

async function rowsAt(file: string, needed: readonly string[]): Promise<readonly Row[] | undefined> {
  const text = await textAt(file);
  return text === undefined ? undefined : readRows(text, file, needed);
}

/** The run's numbers, from tables that must be of the data that run.json names. @throws DataError */
async function measuredIn(folder: string, { config, data }: RunRecord) {
  const file = join(folder, 'table.csv');
  const [table, reject, segmenters] = await Promise.all([
    rowsAt(file, ['network', 'method', 'data']),
    rowsAt(join(folder, 'reject.csv'), ['network', 'method', 'data', 'accuracy']),
    rowsAt(join(folder, 'segmenters.csv'), ['network', 'data', 'labels', 'crf', 'mean_iou']),
  ]);
  if (table === undefined) throw new DataError(`${file}: no such table; bench run writes it`);
  const foreign = [...table, ...(reject ?? []), ...(segmenters ?? [])].find((row) => row.data !== data.label);
  if (foreign !== undefined)
    throw new DataError(`${folder}: a table is of ${foreign.data}, run.json of ${data.label}`);
  return measuredValues(config.experiment.name, {
    table,
    // The published curve is that of the five best guesses.
    reject: config.experiment.top === 5 ? (reject ?? []) : [],
    segmenters: segmenters ?? [],
  });
}

const SHIPPED = new URL('../../models/quickstart/models.json', import.meta.url);

/** What is known of each network's file by its SHA-256. @throws DataError for a network of the demonstration */
async function networkLines({ config, networks }: RunRecord, where: string): Promise<readonly string[]> {
  const shipped = await readFile(SHIPPED, 'utf8').catch(() => '');
  const models = Object.values(readManifest().models);
  return config.networks.map(({ name, model: { paper } }, i) => {
    if (paper === undefined)
      return `${name}: its configuration names no published row (model.paper); it is left out`;
    const { sha256 } = networks[i]!.model;
    if (shipped.includes(sha256))
      throw new DataError(`${where}: network ${name} is a small one of the demonstration, not ${paper}`);
    const known = models.find((one) => one.sha256 === sha256);
    const what = known
      ? [known.title, known.note].filter((text) => text !== undefined).join('; ')
      : 'a file that bench fetch does not know; the configuration says that it is this network';
    return `${name} as ${paper}: ${what}`;
  });
}

/** Published networks that the run has not. */
function othersLine({ config }: RunRecord, rows: readonly PublishedRow[]): readonly string[] {
  const papers = config.networks.map(({ model }) => model.paper);
  const others = rows.filter(({ network }) => !papers.includes(network)).map(({ network }) => network);
  return others.length === 0 ? [] : [`published of other networks: ${[...new Set(others)].join(', ')}`];
}

/**
 * Holds a finished run against results/paper, and prints it.
 * @returns whether all judged values are within the tolerance
 * @throws DataError for a demonstration, for other data than the published, and when nothing can be compared
 */
export async function checkPaper({ results, tolerance, json }: Arguments): Promise<boolean> {
  const file = join(results, 'run.json');
  const text = (await isDirectory(results)) ? await textAt(file) : undefined;
  if (text === undefined)
    throw new DataError(`${file}: no such file; --paper needs the folder of a finished bench run`);
  const run = readRunRecord(text, file);
  const { name } = run.config.experiment;
  const published = await readPublished(name);
  const outcomes = name === 'localization' ? await outcomesBeside(results) : undefined;
  const measured = await measuredIn(results, run);
  const fitting = fittingData(run, published, outcomes?.[0]?.images, results);
  const rows = published.rows.filter(({ data }) => fitting.names.includes(data));
  const named = run.config.networks.map((one) => ({ name: one.name, paper: one.model.paper }));
  const values = checkPublished(named, rows, measured, tolerance);
  const words = await networkLines(run, results);
  const judged = values.filter(({ verdict }) => verdict === 'within' || verdict === 'apart');
  const passed = judged.length > 0 && judged.every(({ verdict }) => verdict === 'within');
  if (json) printJson({ passed, by: 'paper', data: run.data, ...fitting, tolerance, values });
  else {
    const { names, partial } = fitting;
    const lines: readonly ReportLine[] = [
      `${run.config.name} against what is published of ${name}`,
      `data: ${run.data.label}; published: ${names.join('; ')}`,
      ...partial,
      ...othersLine(run, rows),
      '',
      ...named.flatMap((network, i) => {
        const own = values.filter((value) => value.network === network.name);
        return own.length === 0 ? [words[i]!, ''] : [words[i]!, '', publishedCheckTable(own), ''];
      }),
      ...partial,
      ...publishedCheckNotes(values, tolerance),
    ];
    for (const line of fitReport(lines, tableWidth(), paintTone())) console.log(line);
  }
  if (judged.length === 0)
    throw new DataError(
      `${results}: no published value was compared; model.paper says which published network a network is`,
    );
  return passed;
}
