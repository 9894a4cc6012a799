import type { Column, Table } from '../base/table.js';
import type { Interval } from '../eval/statistics/bootstrap.js';
import { type Cell, csvLines, fixed } from './csv.js';

/** A number with the bounds of its interval. */
type Estimate = Pick<Interval, 'estimate' | 'low' | 'high'>;

type Value = string | number | Estimate | undefined;

/** A column of a table: in the CSV file if it has a `name`, in the table for people if it has an `align`. */
export interface TableColumn<Row> {
  /** Its head in the CSV file. An estimate has three: its own, and those of its bounds. */
  readonly name?: string | readonly [string, string, string];
  readonly of: (row: Row) => Value;
  /** Of numbers in the CSV file. Without it, a number is written as it is. */
  readonly digits?: number | ((row: Row) => number);
  readonly align?: Column['align'];
  /** Its head for people; by default the name. */
  readonly title?: string;
  /** Its text for people, or the digits of an estimate and of its bounds; by default the cells of the CSV file. */
  readonly shown?: ((row: Row) => string) | readonly [estimate: number, bounds: number];
}

/** The heads of an estimate: `name`, `name_low`, `name_high`. */
export function bounded(name: string): [string, string, string] {
  return [name, `${name}_low`, `${name}_high`];
}

/** `71.2 (67.1–75.3)`; a dash where nothing was measured. */
export function estimateText(value: Estimate | undefined, digits: number, boundDigits = digits): string {
  if (value === undefined) return '–';
  const [low, high] = [value.low, value.high].map((bound) => fixed(bound, boundDigits));
  return `${fixed(value.estimate, digits)} (${low}–${high})`;
}

/** Columns that name a row; rows without a layer have an empty one. */
export function rowNames<
  Row extends { readonly network: string; readonly method: string; readonly layer: string },
>() {
  return (['network', 'method', 'layer'] as const).map(
    (name): TableColumn<Row> => ({ name, of: (row) => row[name], align: 'left' }),
  );
}

const isEstimate = (value: Value): value is Estimate => typeof value === 'object';

/** A table's two forms: a CSV file, and lines for people. */
interface TableForms<Row> {
  /** The text of a CSV file, its head included. */
  readonly csv: (rows: readonly Row[]) => string;
  /** The same in parts: the head's line, and the lines of some rows. */
  readonly csvHead: string;
  readonly csvRows: (rows: readonly Row[]) => string;
  /** Heads and texts for people. */
  readonly heads: readonly Column[];
  readonly texts: (row: Row) => readonly string[];
  /** The table for people, to be laid out for a width. */
  readonly shown: (rows: readonly Row[]) => Table;
}

/** The keys of a row that hold a text or a number: each is a column of that name. */
type CellKey<Row> = { [Key in keyof Row & string]: Row[Key] extends Cell | number ? Key : never }[keyof Row &
  string];

/** A table by its columns, each of which is defined once. A column may be a key of the row. */
export function columns<Row>(entries: readonly (TableColumn<Row> | CellKey<Row>)[]): TableForms<Row> {
  const list = entries.map((entry): TableColumn<Row> => {
    return typeof entry === 'object' ? entry : { name: entry, of: (row) => row[entry] as Value };
  });
  const named = list.filter(({ name }) => name !== undefined);
  const printed = list.filter(({ align }) => align !== undefined);
  const heads = printed.map(({ title, name, align }) => ({
    title: title ?? [name].flat()[0] ?? '',
    align: align!,
  }));
  const texts = (row: Row) => printed.map((column) => textOf(column, row));
  const csvHead = csvLines([named.flatMap(({ name }) => name!)]);
  const csvRows = (rows: readonly Row[]) =>
    csvLines(rows.map((row) => named.flatMap((one) => cellsOf(one, row))));
  return {
    csv: (rows) => csvHead + csvRows(rows),
    ...{ csvHead, csvRows, heads, texts },
    shown: (rows) => ({ heads, rows: rows.map(texts) }),
  };
}

function digitsOf<Row>({ digits }: TableColumn<Row>, row: Row): number | undefined {
  return typeof digits === 'function' ? digits(row) : digits;
}

function cellsOf<Row>(column: TableColumn<Row>, row: Row): readonly Cell[] {
  const value = column.of(row);
  const digits = digitsOf(column, row);
  const cell = (one: string | number | undefined) =>
    typeof one === 'number' ? (digits === undefined ? String(one) : fixed(one, digits)) : one;
  if (!Array.isArray(column.name)) return [cell(value as string | number | undefined)];
  const { estimate, low, high } = isEstimate(value) ? value : {};
  return [estimate, low, high].map(cell);
}

function textOf<Row>(column: TableColumn<Row>, row: Row): string {
  const { shown, of } = column;
  if (typeof shown === 'function') return shown(row);
  if (shown !== undefined) return estimateText(of(row) as Estimate | undefined, ...shown);
  return cellsOf(column, row).join(' ');
}
