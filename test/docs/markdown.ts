import { readFileSync } from 'node:fs';

/** A file of the repository, by its path from the root. */
export const textOf = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** A page's words on one line, so that a sentence may be looked for wherever its lines break. */
export const proseOf = (markdown: string): string => markdown.replace(/\s+/g, ' ');

export const jsonOf = <T>(path: string): T => JSON.parse(textOf(path)) as T;

export interface MarkdownTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cellsOf = (line: string) =>
  line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());

/** All tables of a document, in its order. */
function tablesOf(markdown: string): readonly MarkdownTable[] {
  const tables: { head: string[]; rows: string[][] }[] = [];
  let before = '';
  for (const line of markdown.split('\n')) {
    if (/^\|( ?--- ?\|)+$/.test(line)) tables.push({ head: cellsOf(before), rows: [] });
    else if (line.startsWith('|') && before.startsWith('|')) tables.at(-1)!.rows.push(cellsOf(line));
    before = line;
  }
  return tables;
}

/** The tables whose head begins with these cells; a document without one has lost what is checked. */
export function tablesWith(markdown: string, ...head: readonly string[]): readonly MarkdownTable[] {
  const found = tablesOf(markdown).filter((table) => head.every((cell, i) => table.head[i] === cell));
  if (found.length === 0) throw new Error(`no table begins with ${head.join(' | ')}`);
  return found;
}

/** The rows, an empty first cell being that of the row above. */
export function filledDown({ rows }: MarkdownTable): readonly (readonly string[])[] {
  let above = '';
  return rows.map(([first, ...rest]) => {
    if (first !== '') above = first!;
    return [above, ...rest];
  });
}
