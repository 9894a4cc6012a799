import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * What a package of TensorFlow's native addon lacks, as far as its files say; undefined when they are all there. Asked first because it takes a millisecond, where loading TensorFlow.js to find the same takes a quarter of a second.
 */
export function missingAddon(name: string): 'package' | 'addon' | undefined {
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return 'package';
  }
  const lib = join(folder, 'lib');
  const built = existsSync(lib) ? readdirSync(lib) : [];
  if (built.some((version) => existsSync(join(lib, version, 'tfjs_binding.node')))) return undefined;
  return 'addon';
}
