import type { FigureSpec } from './spec.js';

/** Columns and rows of one figure: more would be read on no slide and no page. */
const MOST_COLUMNS = 6;
const MOST_ROWS = 12;

/**
 * A figure in parts of at most twelve rows and six columns, as even as can be: itself where it is no larger.
 * @param fixed so many first columns are in every part
 */
export function pagesOf(spec: FigureSpec, fixed = 0): readonly FigureSpec[] {
  const columns = Math.max(spec.columns.length, ...spec.rows.map(({ cells }) => cells.length));
  return chunks(spec.rows.length, MOST_ROWS).flatMap(([top, bottom]) =>
    chunks(columns - fixed, MOST_COLUMNS).map(([left, right]) => {
      const part = <T>(all: readonly T[]) => [
        ...all.slice(0, fixed),
        ...all.slice(fixed + left, fixed + right),
      ];
      return {
        ...spec,
        columns: part(spec.columns),
        rows: spec.rows.slice(top, bottom).map((row) => ({ ...row, cells: part(row.cells) })),
      };
    }),
  );
}

/** Begin and end of parts of a list. */
function chunks(length: number, most: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.ceil(length / most));
  return Array.from({ length: count }, (_, i) => [
    Math.round((i * length) / count),
    Math.round(((i + 1) * length) / count),
  ]);
}
