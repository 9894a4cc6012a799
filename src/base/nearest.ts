import { distance } from 'fastest-levenshtein';

/** Case, dashes, underscores and spaces are what one gets wrong first. */
const plain = (name: string) => name.toLowerCase().replace(/[\s_-]/g, '');

/** The known name nearest to a mistyped one, or undefined when none is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly far: number; readonly exactly: number } | undefined;
  for (const one of known) {
    const [far, exactly] = [distance(plain(name), plain(one)), distance(name, one)];
    const nearer = best === undefined || far < best.far || (far === best.far && exactly < best.exactly);
    if (nearer) best = { name: one, far, exactly };
  }
  if (best === undefined) return undefined;
  const allowed = Math.max(2, Math.floor(Math.max(name.length, best.name.length) / 2));
  return best.far <= allowed ? best.name : undefined;
}

/** "; did you mean `x`?" or, when no name is near, the list of known names. */
export function hint(name: string, known: readonly string[]): string {
  if (known.length === 0) return '; there are none';
  const best = nearest(name, known);
  return best === undefined ? `; known: ${known.join(', ')}` : `; did you mean \`${best}\`?`;
}

/** ' (did you mean "x"?)' for the nearest known name when it is near enough, else ''. */
export function didYouMean(given: string, known: readonly string[]): string {
  const best = nearest(given, known);
  return best === undefined ? '' : ` (did you mean "${best}"?)`;
}
