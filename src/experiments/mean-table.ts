import type { ReportLine } from '../base/table.js';
import type { OutputName, RunRecords } from '../eval/experiment.js';
import { publishedRows } from '../eval/published.js';
import { bootstrapMean, type Interval } from '../eval/statistics/bootstrap.js';
import { columns, rowNames, type TableColumn } from '../report/columns.js';

/*
 * The table that many experiments end in: of each network and method the mean over the images of one or several
 * numbers an image, with bootstrap intervals and the published numbers beside.
 */

export interface Measure {
  /** The `measure` column, and the published value's key. */
  readonly name: string;
  /** The unit of the value, for people: `%`, `ρ`. */
  readonly unit: string;
  readonly digits: number;
}

/** One image's values: [output][measure]; null where the image has none. */
export type ImageValues = readonly (readonly (number | null)[])[];

/** One cell of the table. */
export interface MeanRow {
  readonly network: string;
  readonly paper: string | undefined;
  readonly method: string;
  readonly layer: string;
  readonly measure: Measure;
  readonly interval: Interval | undefined;
}

/** Means over a run's images, network by network, output by output, measure by measure. */
export async function meanRows<R>(
  run: RunRecords<R>,
  measures: readonly Measure[],
  valuesOf: (record: R) => ImageValues,
): Promise<readonly MeanRow[]> {
  const rows: MeanRow[] = [];
  for (const { name, paper, outputs, records } of run.networks) {
    const values = outputs.map(() => measures.map(() => [] as number[]));
    for await (const { record } of records()) {
      valuesOf(record).forEach((ofOutput, output) => {
        ofOutput.forEach((value, m) => {
          values[output]![m]!.push(value ?? Number.NaN);
        });
      });
    }
    outputs.forEach(({ method, layer }, output) => {
      measures.forEach((measure, m) => {
        const interval = bootstrapMean(values[output]![m]!, run.bootstrap);
        rows.push({ network: name, paper, method, layer, measure, interval });
      });
    });
  }
  return rows;
}

/** A published number and its source, for the columns `published` and `published_on`. */
export function publishedOf<R>(
  run: RunRecords<R>,
  { paper, method }: { readonly paper: string | undefined; readonly method: string },
  measure: string,
  dataset?: string,
): { readonly value: number; readonly source: string } | undefined {
  const row = publishedRows(run.published, { network: paper, method, dataset }).find(
    ({ values }) => values[measure] !== undefined,
  );
  return row && { value: row.values[measure]!, source: `${row.source}, ${row.data}` };
}

/** table.csv: a line per network, method and measure. */
export function meanCsv<R>(run: RunRecords<R>, rows: readonly MeanRow[]): string {
  return columns<MeanRow>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<MeanRow>(),
    { name: 'measure', of: ({ measure }) => measure.name },
    { name: 'unit', of: ({ measure }) => measure.unit },
    { name: 'n', of: ({ interval }) => interval?.n ?? 0 },
    {
      name: ['value', 'low', 'high'],
      of: ({ interval }) => interval,
      digits: ({ measure }) => measure.digits,
    },
    { name: 'published', of: (row) => publishedOf(run, row, row.measure.name)?.value },
    { name: 'published_on', of: (row) => publishedOf(run, row, row.measure.name)?.source },
  ]).csv(rows);
}

/** The rows of one method side by side, and what they are named by. */
export interface Wide<Row> {
  readonly network: string;
  readonly method: string;
  readonly layer: string;
  readonly all: readonly Row[];
}

/** Rows of one network, method and layer joined to one, in the order of the first of each. */
export function sideBySide<Row extends Omit<Wide<Row>, 'all'>>(rows: readonly Row[]): readonly Wide<Row>[] {
  const joined = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.network, row.method, row.layer]);
    joined.set(key, [...(joined.get(key) ?? []), row]);
  }
  return [...joined.values()].map((all) => {
    const { network, method, layer } = all[0]!;
    return { network, method, layer, all };
  });
}

/** The same for people: a line per network and method, a column per measure. */
export function meanLines<R>(
  run: RunRecords<R>,
  rows: readonly MeanRow[],
  note: string,
): readonly ReportLine[] {
  const measures = [...new Map(rows.map(({ measure }) => [measure.name, measure])).values()];
  const table = columns<Wide<MeanRow>>([
    ...rowNames<Wide<MeanRow>>(),
    { title: 'n', of: ({ all }) => Math.max(...all.map(({ interval }) => interval?.n ?? 0)), align: 'right' },
    ...measures.map(({ name, digits }): TableColumn<Wide<MeanRow>> => {
      const of = ({ all }: Wide<MeanRow>) => all.find(({ measure }) => measure.name === name)?.interval;
      return { title: name, of, align: 'right', shown: [digits, digits] };
    }),
  ]);
  return [`${run.data.label}: ${note}`, '', table.shown(sideBySide(rows))];
}

/** An output as one word, for files and figures. */
export function outputLabel(network: string, { method, layer }: OutputName): string {
  return layer === 'input' ? `${network} ${method}` : `${network} ${method} ${layer}`;
}
