import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE } from '../cli/world.js';

/** The package as a program imports it: what `npm run build` made, since its networks run on threads. */
export async function library(): Promise<typeof import('../../src/library/index.js')> {
  return import(pathToFileURL(join(PACKAGE, 'dist/library/index.js')).href);
}
