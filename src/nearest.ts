import { closest, distance } from 'fastest-levenshtein';

/** ' (did you mean "x"?)' for the nearest known name when it is near enough, else ''. */
export function didYouMean(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(given, known);
  return distance(given, nearest) <= Math.max(2, Math.floor(nearest.length / 2))
    ? ` (did you mean "${nearest}"?)`
    : '';
}
