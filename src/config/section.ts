import { z } from 'zod';
import { hint } from '../base/nearest.js';

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
