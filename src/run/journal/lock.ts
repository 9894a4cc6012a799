import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../../base/errors.js';
import { withFileLock } from '../../lock/file-lock.js';
import type { HeldLock } from '../../lock/held-lock.js';
import type { Holder } from '../../lock/holder.js';
import { writeFailure } from './file.js';

interface FolderLockOptions {
  /** Milliseconds between signs of life. */
  readonly heartbeat?: number;
  /** Milliseconds without one after which a holder that cannot be asked has lost the lock. */
  readonly abandoned?: number;
}

/** What earlier versions of the program called what they had not finished. */
const OLD_TEMPORARY = [/^\..+\.\d+\.tmp$/, /^journal\.jsonl\.\d+\.tmp$/, /^\.lock\.[0-9a-f-]{36}$/];

async function removeOldTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (OLD_TEMPORARY.some((pattern) => pattern.test(name))) {
      await rm(join(folder, name), { force: true, recursive: true }).catch(() => {});
    }
  }
}

function refusal(folder: string, { pid, host }: Holder, patience: number | undefined): BenchError {
  // A process of another machine or container may be long gone, as after a restart.
  const free =
    patience === undefined ? '' : ` (if it is gone, its lock is free in ${Math.ceil(patience / 1000)} s)`;
  return new BenchError(
    `${folder}: process ${pid} on ${host} writes there; wait for it${free}, stop it, or choose another --out`,
  );
}

/**
 * Does the work while no other process writes into the folder. What an earlier one has begun to write and not finished
 * is removed first.
 *
 * @param work gets the lock: its files are made there, and a holder that lost the lock changes none any more
 * @throws BenchError when another process writes there; a lock whose holder is gone is taken over
 * @throws LockLost when it was taken over from us, or the folder is not where it was
 */
export async function withFolderLock<T>(
  folder: string,
  work: (lock: HeldLock) => Promise<T>,
  options: FolderLockOptions = {},
): Promise<T> {
  let isTaken = false;
  const onHeld = (holder: Holder, patience: number | undefined) => {
    throw refusal(folder, holder, patience);
  };
  const lock = { path: join(folder, '.lock'), onHeld, advice: 'choose another --out', ...options };
  try {
    return await withFileLock(lock, async (held) => {
      await removeOldTemporaries(folder);
      isTaken = true;
      return work(held);
    });
  } catch (error) {
    if (isTaken || error instanceof BenchError) throw error;
    throw writeFailure(folder, error);
  }
}
