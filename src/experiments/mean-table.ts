import type { OutputName, RunRecords } from '../eval/experiment.js';
import { publishedRows } from '../eval/published.js';
import { bootstrapMean, type Interval } from '../eval/statistics/bootstrap.js';
import { formatTable } from '../report/console-table.js';
import { type Cell, csvLines, fixed } from '../report/csv.js';

/*
 * The table that many experiments end in: of each network and method the mean over the images of one or several
 * numbers an image, with bootstrap intervals and the published numbers beside.
 */

export interface Measure {
  /** The `measure` column, and the published value's key. */
  readonly name: string;
  /** What the value is in, for people: `%`, `ρ`. */
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
    const columns = outputs.map(() => measures.map(() => [] as number[]));
    for await (const { record } of records()) {
      valuesOf(record).forEach((values, output) => {
        values.forEach((value, m) => {
          columns[output]![m]!.push(value ?? Number.NaN);
        });
      });
    }
    outputs.forEach(({ method, layer }, output) => {
      measures.forEach((measure, m) => {
        const interval = bootstrapMean(columns[output]![m]!, run.bootstrap);
        rows.push({ network: name, paper, method, layer, measure, interval });
      });
    });
  }
  return rows;
}

/** table.csv: a line per network, method and measure. */
export function meanCsv<R>(run: RunRecords<R>, rows: readonly MeanRow[]): string {
  const head = ['data', 'network', 'method', 'layer', 'measure', 'unit', 'n', 'value', 'low', 'high'];
  const lines = rows.map((row): Cell[] => {
    const { network, method, layer, measure, interval } = row;
    const number = (value: number | undefined) => fixed(value, measure.digits);
    return [
      ...[run.data.label, network, method, layer, measure.name, measure.unit, String(interval?.n ?? 0)],
      ...[number(interval?.estimate), number(interval?.low), number(interval?.high)],
      ...publishedCells(run, row),
    ];
  });
  return csvLines([[...head, 'published', 'published_on'], ...lines]);
}

function publishedCells<R>(run: RunRecords<R>, { paper, method, measure }: MeanRow): Cell[] {
  const found = publishedRows(run.published, { network: paper, method }).find(
    ({ values }) => values[measure.name] !== undefined,
  );
  if (found === undefined) return [undefined, undefined];
  return [String(found.values[measure.name]), `${found.source}, ${found.data}`];
}

/** The same for people: a line per network and method, a column per measure. */
export function meanLines<R>(run: RunRecords<R>, rows: readonly MeanRow[], note: string): readonly string[] {
  const names = [...new Set(rows.map(({ measure }) => measure.name))];
  const keyOf = ({ network, method, layer }: MeanRow) => JSON.stringify([network, method, layer]);
  const keys = [...new Set(rows.map(keyOf))];
  const lines = keys.map((key) => {
    const own = rows.filter((row) => keyOf(row) === key);
    const { network, method, layer } = own[0]!;
    return [
      ...[network, method, layer, String(Math.max(...own.map(({ interval }) => interval?.n ?? 0)))],
      ...names.map((name) => describe(own.find(({ measure }) => measure.name === name)!)),
    ];
  });
  const left = ['network', 'method', 'layer'].map((title) => ({ title, align: 'left' as const }));
  const right = ['n', ...names].map((title) => ({ title, align: 'right' as const }));
  return [`${run.data.label}: ${note}`, '', ...formatTable([...left, ...right], lines)];
}

function describe({ interval, measure }: MeanRow): string {
  if (interval === undefined) return '–';
  const [value, low, high] = [interval.estimate, interval.low, interval.high].map((number) =>
    fixed(number, measure.digits),
  );
  return `${value} (${low}–${high})`;
}

/** An output as one word, for files and figures. */
export function outputLabel(network: string, { method, layer }: OutputName): string {
  return layer === 'input' ? `${network} ${method}` : `${network} ${method} ${layer}`;
}
