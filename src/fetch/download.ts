import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf } from '../base/errors.js';
import { withFileLock } from '../lock/file-lock.js';
import type { HeldLock } from '../lock/held-lock.js';
import { type Environment, isFetched } from './cache.js';
import { FetchError } from './fetch-error.js';
import { HttpClient, SourceFault, TemporaryFault } from './http.js';
import { SLOWEST } from './pace.js';
import { PartFile } from './part-file.js';
import { receive } from './receive.js';
import { megabytes } from './resolve.js';

export interface DownloadOptions {
  /** What messages call the file. */
  readonly name: string;
  /** Addresses that hold it, tried in their order. */
  readonly addresses: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  /** Where it goes. */
  readonly path: string;
  readonly environment?: Environment;
  /** Bytes that are there so far, counting what an earlier run left. */
  readonly onProgress?: (bytes: number) => void;
  /** Something that takes time or goes wrong for now, as a line for the user. */
  readonly onNote?: (line: string) => void;
  /** Milliseconds before the first retry; doubled for each one after it. */
  readonly patience?: number;
  /** Milliseconds over which a server's pace is taken, and in which it must begin to answer; a minute. */
  readonly window?: number;
}

/** Milliseconds between looks at a lock that another has, and between signs of life of our own. */
const POLL = 250;
const HEARTBEAT = 5000;

/** Tries in a row that bring nothing new, or next to nothing, before an address is given up. */
const TRIES = 5;

/**
 * Downloads a file to `path`, which appears only when all of it is there and its sha256 is right. A connection that
 * is cut is taken up where it broke, in this run or a later one; other processes that want the same file wait.
 * @returns false when it was there already
 * @throws FetchError: one line with each address and its fault
 */
export async function download(options: DownloadOptions): Promise<boolean> {
  const { path, bytes, name, onNote } = options;
  try {
    await mkdir(dirname(path), { recursive: true });
    // A lock beside it is of a process that is just done, or that was killed then: what that has left goes.
    if (isFetched(path, bytes) && !existsSync(`${path}.lock`)) return false;
    let told = false;
    const onHeld = async () => {
      if (!told) onNote?.(`${name}: another process is fetching it; waiting`);
      told = true;
      await sleep(POLL);
    };
    const timing = { heartbeat: HEARTBEAT, abandoned: 6 * HEARTBEAT };
    const lock = { path: `${path}.lock`, onHeld, advice: 'remove it', ...timing };
    return await withFileLock(lock, async (held) => {
      if (isFetched(path, bytes)) {
        await new PartFile(path, held).discard();
        return false;
      }
      await fetchFrom(options, held);
      return true;
    });
  } catch (error) {
    throw diskError(error, options) ?? error;
  }
}

async function fetchFrom(options: DownloadOptions, lock: HeldLock): Promise<void> {
  const { name, addresses, bytes, path } = options;
  const part = new PartFile(path, lock);
  await part.resume(bytes);
  await checkSpace(options, bytes - part.size);
  const client = new HttpClient(options.environment ?? process.env, options.window);
  const faults: string[] = [];
  try {
    for (const address of addresses) {
      try {
        return await completeAndCheck(client, address, part, options);
      } catch (error) {
        if (!(error instanceof SourceFault)) throw error;
        faults.push(`${address} ${error.message}`);
      }
    }
  } finally {
    await client.close();
  }
  throw new FetchError(
    `${name} cannot be fetched: ${faults.join('; ')}. Set BENCH_MIRROR to a copy, or put the file at ${path} yourself`,
  );
}

/**
 * Completes the file and gives it its name when its sha256 is right. Wrong bytes are removed; where some of them were
 * left by an earlier connection, the whole is fetched once more before the address is blamed.
 */
async function completeAndCheck(
  client: HttpClient,
  address: string,
  part: PartFile,
  options: DownloadOptions,
): Promise<void> {
  for (let again = true; ; again = false) {
    const resumed = part.size > 0;
    await complete(client, address, part, options);
    const sha256 = await part.sha256();
    if (sha256 === options.sha256) {
      await part.finish();
      return;
    }
    await part.discard();
    if (!resumed || !again) {
      const [got, wanted] = [sha256, options.sha256].map((hash) => `${hash.slice(0, 12)}…`);
      throw new SourceFault(
        `sent other bytes than were published (sha256 ${got}, expected ${wanted}); they are removed`,
      );
    }
    options.onNote?.(`${options.name}: what an earlier run left was damaged; starting again`);
  }
}

/** Brings the part file to its full length, in as many connections as that takes. */
async function complete(
  client: HttpClient,
  address: string,
  part: PartFile,
  options: DownloadOptions,
): Promise<void> {
  const { bytes, name, onNote, patience = 1000, window = 60_000 } = options;
  const onProgress = options.onProgress ?? (() => {});
  onProgress(part.size);
  let [since, from] = [performance.now(), part.size];
  for (let tries = 1; part.size !== bytes; tries++) {
    try {
      await receive(client, address, part, bytes, onProgress, window);
    } catch (error) {
      if (!(error instanceof TemporaryFault)) throw error;
      // A byte now and then is no progress: a server could go on like that for years.
      const [gained, took] = [part.size - from, performance.now() - since];
      if (gained > 0 && gained >= (SLOWEST * took) / 1000) {
        [since, from] = [performance.now(), part.size];
        tries = 1;
      }
      if (tries >= TRIES) throw new SourceFault(`${error.message} (${TRIES} tries)`);
      onNote?.(`${name}: ${error.message}; trying again`);
      await sleep(patience * 2 ** (tries - 1));
    }
  }
}

async function checkSpace({ path, name, bytes }: DownloadOptions, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize >= needed) return;
  throw new FetchError(
    `${name} (${megabytes(bytes)}) does not fit: ${dirname(path)} has ${megabytes(bavail * bsize)} left; free some, or set BENCH_CACHE to another disk`,
  );
}

/** What the disk said, in words; undefined when it was not the disk. */
function diskError(error: unknown, { name, path, bytes }: DownloadOptions): FetchError | undefined {
  const code = codeOf(error) ?? '';
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) {
    return new FetchError(
      `${name} (${megabytes(bytes)}) does not fit: the disk of ${dirname(path)} is full; free some room, or set BENCH_CACHE to another disk, and run it again: what is there is kept`,
    );
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'EIO'].includes(code)) {
    return new FetchError(
      `${name}: cannot write to ${dirname(path)}: ${messageOf(error)}; set BENCH_CACHE to a folder of yours`,
    );
  }
  return undefined;
}
