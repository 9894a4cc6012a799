import { ConfigError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { backprop } from './backprop.js';
import { cam } from './cam.js';
import { gradCam } from './grad-cam.js';
import { guidedBackprop } from './guided-backprop.js';
import type { Method } from './method.js';

/** Every explanation method by its name; a new one is one file and one entry here. */
export const methods: ReadonlyMap<string, Method> = new Map(
  [gradCam, cam, backprop, guidedBackprop].map((method) => [method.name, method]),
);

/** Throws ConfigError for a name that is not registered. */
export function methodNamed(name: string): Method {
  const method = methods.get(name);
  if (method === undefined) {
    const known = [...methods.keys()];
    throw new ConfigError(`unknown method "${name}"${didYouMean(name, known)}; methods: ${known.join(', ')}`);
  }
  return method;
}
