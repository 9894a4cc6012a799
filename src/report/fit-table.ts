import type { Column, ReportLine, Table } from '../base/table.js';
import { formatTable } from './console-table.js';
import { wrapped } from './wrapped.js';

/** A cell as the lines that it takes. */
type Lines = readonly string[];

const GAP = '  ';
const INDENT = '  ';

/**
 * A plain-text table of lines of at most `width` characters. What does not fit becomes narrower step by step: heads are
 * broken at spaces, then texts, then intervals stand below their estimates; then the texts of a row stand in a line above its
 * numbers; at last every row is a block of lines.
 * Only a word that is longer than the width makes a longer line.
 */
export function fitTable({ heads: columns, rows }: Table, width: number): readonly string[] {
  const plain = formatTable(columns, rows);
  if (fits(plain, width)) return plain;
  const broken = columns.map(({ title }) => title.split(' '));
  const forms: readonly ((cell: string, column: Column) => Lines)[] = [
    (cell) => [cell],
    (cell, { align }) => (align === 'left' ? cell.split(' ') : [cell]),
    (cell, { align }) => (align === 'left' ? cell.split(' ') : withIntervalBelow(cell)),
  ];
  for (const form of forms) {
    const cells = rows.map((row) => columns.map((column, i) => form(row[i] ?? '', column)));
    const lines = multiline(columns, broken, cells, width);
    if (fits(lines, width)) return lines;
  }
  return headed(columns, rows, width) ?? stacked(columns, rows);
}

/** A report in lines of at most `width` characters, where its words allow that. */
export function fitReport(lines: readonly ReportLine[], width: number): readonly string[] {
  return lines.flatMap((line) => {
    if (typeof line !== 'string') return fitTable(line, width);
    return line.length <= width ? [line] : wrapped(line, width);
  });
}

const fits = (lines: readonly string[], width: number) => lines.every((line) => line.length <= width);

/** `(67.1–75.3)` */
const isInterval = (text: string) => /^\([^()\s]*\d[^()\s]*–[^()\s]*\d\)$/.test(text);

/** `71.20 (67.1–75.3)` as two lines. */
function withIntervalBelow(cell: string): Lines {
  const [, estimate, interval] = /^(.+?) (\(.*\))$/.exec(cell) ?? [];
  return estimate === undefined ? [cell] : [estimate, interval!];
}

/**
 * Columns as wide as their longest word at least; what the width leaves goes to those whose texts are broken most. Words
 * that fit beside each other are joined again.
 */
function multiline(
  columns: readonly Column[],
  heads: readonly Lines[],
  rows: readonly (readonly Lines[])[],
  width: number,
): readonly string[] {
  const cells = columns.map((_, i) => [heads[i]!, ...rows.map((row) => row[i]!)]);
  const least = cells.map((column) => Math.max(...column.flat().map((line) => line.length)));
  const wanted = cells.map((column) => Math.max(...column.map((lines) => lengthOf(lines))));
  const widths = spread(least, wanted, width - GAP.length * (columns.length - 1));
  const block = (cells: readonly Lines[]): readonly string[] => {
    const filled = cells.map((lines, i) => joined(lines, widths[i]!));
    const height = Math.max(...filled.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      columns
        .map(({ align }, i) => {
          const text = filled[i]![line] ?? '';
          return align === 'right' ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
        })
        .join(GAP)
        .trimEnd(),
    );
  };
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  return [...block(heads), rule, ...rows.flatMap(block)];
}

/** The length of a cell in one line; of one with an interval below, that of its longest line. */
function lengthOf(lines: Lines): number {
  const joins = !lines.some(isInterval);
  return joins ? lines.join(' ').length : Math.max(...lines.map((line) => line.length));
}

/** The least widths, and what is left of `room` one by one to the column that lacks most. */
function spread(least: readonly number[], wanted: readonly number[], room: number): readonly number[] {
  const widths = [...least];
  for (let left = room - widths.reduce((sum, width) => sum + width, 0); left > 0; left--) {
    const lacks = widths.map((width, i) => wanted[i]! / width);
    const most = Math.max(...lacks);
    if (most <= 1) break;
    widths[lacks.indexOf(most)]! += 1;
  }
  return widths;
}

function joined(words: Lines, width: number): Lines {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    // An interval stays below its estimate, however much room there is.
    if (last !== undefined && !isInterval(word) && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** How many texts lead a row: they name it. */
function leading(columns: readonly Column[]): number {
  const first = columns.findIndex(({ align }) => align === 'right');
  return first < 0 ? 1 : Math.max(1, first);
}

const nameOf = (row: readonly string[], texts: number) =>
  row
    .slice(0, texts)
    .filter((cell) => cell !== '')
    .join(' · ');

/** The numbers in columns, each row's texts in a line above them; undefined where that does not fit either. */
function headed(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] | undefined {
  const texts = leading(columns);
  const numbers = columns.slice(texts);
  if (numbers.length === 0) return undefined;
  for (const form of [(cell: string) => [cell], withIntervalBelow]) {
    const cells = rows.map((row) => numbers.map((_, i) => form(row[texts + i] ?? '')));
    const blocks = multiline(
      numbers,
      numbers.map(({ title }) => title.split(' ')),
      cells,
      width - INDENT.length,
    ).map((line) => `${INDENT}${line}`.trimEnd());
    const heights = cells.map((row) => Math.max(...row.map((lines) => lines.length)));
    const lines = blocks.slice(0, blocks.length - heights.reduce((sum, height) => sum + height, 0));
    let at = lines.length;
    rows.forEach((row, i) => {
      lines.push(nameOf(row, texts), ...blocks.slice(at, at + heights[i]!));
      at += heights[i]!;
    });
    if (fits(lines, width)) return lines;
  }
  return undefined;
}

/** A block for each row: its leading texts in one line, and below it a line for each number. */
function stacked(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const texts = leading(columns);
  const longest = Math.max(0, ...columns.slice(texts).map(({ title }) => title.length));
  return rows.flatMap((row, i) => {
    const lines = columns.slice(texts).flatMap(({ title }, at) => {
      const cell = row[texts + at] ?? '';
      return cell === '' ? [] : [`  ${title.padEnd(longest)}  ${cell}`];
    });
    return [...(i === 0 ? [] : ['']), nameOf(row, texts), ...lines];
  });
}
