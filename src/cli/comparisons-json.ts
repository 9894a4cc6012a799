import type { Comparison } from '../report/compare.js';

/** A comparison with all its keys: null where there is no number or no word. */
export function comparisonJson(one: Comparison) {
  const { row, measure, verdict, difference, before, after, p, broke, mended, note } = one;
  return {
    row,
    measure,
    verdict,
    n: difference?.n ?? null,
    before: before ?? null,
    after: after ?? null,
    difference: difference?.estimate ?? null,
    low: difference?.low ?? null,
    high: difference?.high ?? null,
    p: p ?? null,
    broke,
    mended,
    note: note ?? null,
  };
}
