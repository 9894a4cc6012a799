import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

export type Cell = string | undefined;

/** The wide forms are what some East Asian spreadsheets take for the narrow ones. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-?\d+(\.\d+)?(\|-?\d+(\.\d+)?)*$/;

/**
 * A text that spreadsheets would run as a formula gets an apostrophe in front; numbers, negative ones too, and lists
 * of them joined by `|` stay. Class names and ids come from files that others wrote.
 */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

/** One or several CSV lines (RFC 4180 quoting, LF line ends, final line end included). */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows.map((row) => row.map((cell) => neutralise(cell ?? ''))));
}

/** A number with fixed digits, so that a file's bytes do not depend on how a float prints; empty when undefined. */
export function fixed(value: number | undefined, digits: number): string {
  if (value === undefined) return '';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** A row of a table, and the line of the text that it ends in, from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * Reads CSV text into rows of cells; quotes may hold commas, quotes and line ends, rows may differ in length.
 * @throws SyntaxError naming the line
 */
export function parseCsv(text: string): string[][] {
  return faults(() => parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] }));
}

/**
 * The same of text that others wrote, with the lines of its rows; empty lines are left out, and a carriage return alone ends
 * a line, too.
 * @throws SyntaxError naming the line
 */
export function parseCsvRows(text: string, delimiter: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  faults(() =>
    parse(text, {
      ...{ delimiter, relax_column_count: true, skip_empty_lines: true },
      record_delimiter: ['\r\n', '\n', '\r'],
      // What the parser says of each row is far larger than the row, so only the line is kept.
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    }),
  );
  return rows;
}

function faults<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const what =
      error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is not closed' : 'a quote where none can be';
    throw new SyntaxError(`line ${error.lines}: ${what}`);
  }
}
