import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { PublishedModel } from './manifest.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folder of everything that is fetched: BENCH_CACHE, else explanation-bench in XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(environment: Environment): string {
  const { BENCH_CACHE: own, XDG_CACHE_HOME: xdg } = environment;
  if (own) return resolve(own);
  // The XDG specification: a relative path there is to be ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(environment.HOME || homedir(), '.cache');
  return join(base, 'explanation-bench');
}

/** Where a model's file lies once it is fetched; another file published under the same name gets another place. */
export function cachedPath(name: string, { sha256 }: PublishedModel, environment: Environment): string {
  return join(cacheFolder(environment), 'models', sha256.slice(0, 12), `${name}.onnx`);
}

/** Files get their final name only after their sha256 was checked, so the size tells enough. */
export function isFetched(path: string, bytes: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === bytes;
}
