import type { FigureSpec } from './spec.js';

/** Columns and rows of one figure: more would be read on no slide and no page. */
export const MOST_COLUMNS = 6;
export const MOST_ROWS = 10;

/** A figure in parts of at most `MOST_COLUMNS` columns and `MOST_ROWS` rows: itself where it is no larger. */
export function pagesOf(spec: FigureSpec): readonly FigureSpec[] {
  const columns = Math.max(spec.columns.length, ...spec.rows.map(({ cells }) => cells.length));
  return chunks(spec.rows.length, MOST_ROWS).flatMap(([top, bottom]) =>
    chunks(columns, MOST_COLUMNS).map(([left, right]) => ({
      ...spec,
      columns: spec.columns.slice(left, right),
      rows: spec.rows
        .slice(top, bottom)
        .map((row) => ({ ...row, cells: row.cells.slice(left, right) })),
    })),
  );
}

/** Begin and end of parts as even as can be. */
function chunks(length: number, most: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.ceil(length / most));
  return Array.from({ length: count }, (_, i) => [
    Math.round((i * length) / count),
    Math.round(((i + 1) * length) / count),
  ]);
}
