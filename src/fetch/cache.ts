import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ConfigError } from '../base/errors.js';
import type { CacheOptions } from '../explainer/options.js';
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
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size === bytes;
}

/** Megabytes (2^20 bytes) of compiled graphs that are kept when BENCH_COMPILED_MB says nothing. */
const COMPILED_MB = 4096;

/**
 * Where compiled graphs are kept, and how many bytes: `compiled` in the cache folder, once that is there or named by
 * BENCH_CACHE. Nothing is made in a user's home who never asked for a cache.
 * @returns undefined where none are kept, as with BENCH_COMPILED_MB=0
 * @throws ConfigError
 */
export function compiledCache(environment: Environment): CacheOptions | undefined {
  const text = environment.BENCH_COMPILED_MB || String(COMPILED_MB);
  if (!/^\d{1,9}$/.test(text)) {
    throw new ConfigError(`BENCH_COMPILED_MB is "${text}": give megabytes, or 0 to keep no compiled graphs`);
  }
  const folder = cacheFolder(environment);
  if (Number(text) === 0 || !(environment.BENCH_CACHE || existsSync(folder))) return undefined;
  return { folder: join(folder, 'compiled'), bytes: Number(text) * 2 ** 20 };
}
