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

/** Reads CSV text into rows of cells; quotes may hold commas, quotes and line ends. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new SyntaxError(`line ${rows.length + 1}: a quote is not closed`);
    const value = match[1]!;
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (match[2] === ',') {
      if (cell.lastIndex === text.length) row.push('');
      else continue;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}
