import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** The known name nearest to a mistyped one, or undefined when none is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(name, known);
  const allowed = Math.max(2, Math.floor(Math.max(name.length, best.length) / 2));
  return distance(name, best) <= allowed ? best : undefined;
}

/** "; did you mean `x`?" or, when nothing is near, the list of what there is. */
export function hint(name: string, known: readonly string[]): string {
  const best = nearest(name, known);
  return best === undefined ? `; known: ${known.join(', ')}` : `; did you mean \`${best}\`?`;
}

/** An object of the configuration that refuses keys it does not know, naming the nearest one that it does. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys.map((key) => `unknown key \`${key}\`${hint(key, known)}`).join('; ');
    },
  });
}
