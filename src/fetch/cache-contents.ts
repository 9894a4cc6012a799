import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, codeOf, messageOf } from '../base/errors.js';

/** What a cache folder holds: networks that were fetched, and graphs that were compiled. */
export const CACHE_PARTS = ['downloads', 'compiled'] as const;
export type CachePart = (typeof CACHE_PARTS)[number];

/** Behind the name of an entry that is being removed, or whose removal was cut short. */
export const REMOVED = /\.removed-\d+$/;

/** The folder of each part, and how the entries are called that this program makes in it. */
const PARTS: Readonly<Record<CachePart, { readonly folder: string; readonly entry: RegExp }>> = {
  downloads: { folder: 'models', entry: /^[0-9a-f]{12}(\.removed-\d+)?$/ },
  compiled: { folder: 'compiled', entry: /^([0-9a-f]{64}(\.removed-\d+)?|\.unfinished-.+)$/ },
};

/** A lock that gave a sign of life this many milliseconds ago belongs to a process at work. */
const AT_WORK = 60_000;

/** One folder in the cache. */
export interface CacheEntry {
  readonly part: CachePart;
  readonly path: string;
  /** The files in it, without locks. */
  readonly files: readonly string[];
  readonly bytes: number;
  /** Another process is writing it. */
  readonly atWork: boolean;
}

/** What was removed, and what was left with the reason. */
export interface Cleared {
  readonly removed: readonly CacheEntry[];
  readonly left: readonly string[];
}

/**
 * What this program made in a cache folder. Links are not followed, and entries of other names are not its own.
 * @throws BenchError when the folder cannot be read
 */
export async function cacheEntries(folder: string): Promise<readonly CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const part of CACHE_PARTS) {
    const within = join(folder, PARTS[part].folder);
    if (!(await isOwnFolder(folder, within))) continue;
    for (const name of [...(await namesIn(within))].sort()) {
      const path = join(within, name);
      if (!PARTS[part].entry.test(name) || !(await found(path))?.isDirectory()) continue;
      entries.push({ part, path, ...(await weighed(path)) });
    }
  }
  return entries;
}

/**
 * Removes the entries of some parts; nothing else in the folder, and nothing outside of it.
 * @throws BenchError when an entry cannot be removed
 */
export async function clearCache(folder: string, parts: readonly CachePart[]): Promise<Cleared> {
  const removed: CacheEntry[] = [];
  const left: string[] = [];
  for (const entry of await cacheEntries(folder)) {
    if (!parts.includes(entry.part)) continue;
    if (entry.atWork) {
      left.push(`${entry.path} is left: another process is fetching it`);
      continue;
    }
    await removeEntry(entry.path);
    removed.push(entry);
  }
  return { removed, left };
}

/** Takes an entry out of sight first, so that nobody finds half of it. */
async function removeEntry(path: string): Promise<void> {
  const away = REMOVED.test(path) ? path : `${path}.removed-${process.pid}`;
  try {
    if (away !== path) await rename(path, away);
    // Another process may be removing the same one.
    await rm(away, { recursive: true, force: away === path });
  } catch (error) {
    throw new BenchError(`${path}: cannot be removed (${messageOf(error)})`);
  }
}

/** Whether a part's folder is one, and lies where it should: a link could lead anywhere. */
async function isOwnFolder(folder: string, within: string): Promise<boolean> {
  if (!(await found(within))?.isDirectory()) return false;
  return orUnreadable(
    within,
    async () => (await realpath(within)) === join(await realpath(folder), within.slice(folder.length + 1)),
    false,
  );
}

const namesIn = (folder: string, options: { readonly recursive?: boolean } = {}) =>
  orUnreadable<readonly string[]>(folder, () => readdir(folder, options), []);

/** What is read of a folder. @param gone what counts when it is gone by then */
async function orUnreadable<T>(folder: string, read: () => Promise<T>, gone: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return gone;
    throw new BenchError(
      `${folder}: cannot be read (${messageOf(error)}); give yourself the right to read it`,
    );
  }
}

const found = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined);

async function weighed(path: string): Promise<Pick<CacheEntry, 'files' | 'bytes' | 'atWork'>> {
  const files: string[] = [];
  let [bytes, atWork] = [0, false];
  for (const name of await namesIn(path, { recursive: true })) {
    const status = await found(join(path, name));
    if (!status?.isFile()) continue;
    if (name.endsWith('.lock')) atWork ||= Date.now() - status.mtimeMs < AT_WORK;
    else {
      files.push(name);
      bytes += status.size;
    }
  }
  return { files, bytes, atWork };
}
