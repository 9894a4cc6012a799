import type { Column } from '../base/table.js';

/** Text of a cell that came out of a file: nothing in it may end the cell or become markup. */
export function escapedCell(text: string): string {
  return text.replace(/[\\|`*_<>[\]&@#]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\s+/g, ' ');
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** A table in Markdown. @param rows texts, which are escaped here */
export function markdownTable(heads: readonly Column[], rows: readonly (readonly string[])[]): string {
  const rule = line(heads.map(({ align }) => (align === 'right' ? '---:' : '---')));
  return [line(heads.map(({ title }) => title)), rule, ...rows.map((row) => line(row.map(escapedCell)))].join(
    '\n',
  );
}
