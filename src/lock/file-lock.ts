import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchError, codeOf, messageOf } from '../base/errors.js';
import { isDirectory } from '../base/read-file.js';
import { Attempt } from './attempt.js';
import { HeldLock } from './held-lock.js';
import { type Holder, holderIn } from './holder.js';
import { ownIdentity, stateOf } from './process-identity.js';

/*
 * One lock for all files that a process makes: a file that names its holder. Beside it is a folder of the holder's
 * own, `<lock>-<token>`, in which everything is made before it gets its name. Who takes the lock over takes that
 * folder away first. Then the former holder, should it only have slept, can give no file its name any more: a
 * renaming whose source is gone fails, also right after a check. No check has to be in time for that.
 */

/** The holder gives a sign of life this often. */
const HEARTBEAT = 10_000;
/** Where no process can ask whether the holder lives, a lock left alone this long is free. */
const ABANDONED = 12 * HEARTBEAT;

export interface LockOptions {
  /** Of the lock itself, in a folder that is there. */
  readonly path: string;
  /**
   * Called while another holds it: throws to give up, returns to look again.
   * @param patience milliseconds without a sign of life after which the lock is free; undefined for a process that is
   *   known to run
   */
  readonly onHeld: (holder: Holder, patience: number | undefined) => Promise<void> | void;
  /** What to do about a lock that cannot be read. */
  readonly advice: string;
  /** Milliseconds between signs of life. */
  readonly heartbeat?: number;
  /** Milliseconds without one after which a holder that cannot be asked has lost the lock. */
  readonly abandoned?: number;
}

/** The tokens of this process: another holder within it has its number and start as well. */
const ours = new Set<string>();
/** Those that this process had and has no more, should their lock have stayed behind. */
const past = new Set<string>();

interface LockState {
  readonly text: string;
  readonly holder: Holder | undefined;
  readonly silence: number;
}

/** @returns undefined when the lock was given back in the meantime */
async function lookAt(attempt: Attempt, { path, advice }: LockOptions): Promise<LockState | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    // Both times are of the disk's clock: another machine's may be minutes off.
    const [{ mtimeMs: beat }, { mtimeMs: now }] = await Promise.all([stat(path), attempt.file.stat()]);
    return { text, holder: holderIn(text), silence: Math.max(0, now - beat) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new BenchError(`${path}: cannot be read (${messageOf(error)}); ${advice}`);
  }
}

/** @returns milliseconds for which it is still held without another sign of life; 0: it is free */
async function heldFor({ holder, silence }: LockState, abandoned: number): Promise<number> {
  if (holder === undefined) return 0;
  if (ours.has(holder.token)) return Number.POSITIVE_INFINITY;
  if (past.has(holder.token)) return 0;
  const state = await stateOf(holder);
  if (state === 'runs') return Number.POSITIVE_INFINITY;
  return state === 'gone' ? 0 : Math.max(0, abandoned - silence);
}

/** @returns undefined when it must be tried again */
async function attempted(attempt: Attempt, options: LockOptions): Promise<HeldLock | undefined> {
  const { onHeld, heartbeat = HEARTBEAT, abandoned = ABANDONED } = options;
  await attempt.make();
  if (await attempt.link()) {
    await attempt.fenceOthers();
    if (await attempt.stands()) return HeldLock.begin(attempt, heartbeat);
    past.add(attempt.token);
    return undefined;
  }
  const state = await lookAt(attempt, options);
  if (state === undefined) return undefined;
  const patience = await heldFor(state, abandoned);
  if (patience > 0) await onHeld(state.holder!, Number.isFinite(patience) ? patience : undefined);
  else await attempt.breakLock(state.text);
  return undefined;
}

async function acquire(options: LockOptions): Promise<HeldLock> {
  const identity = await ownIdentity();
  const where = dirname(options.path);
  for (;;) {
    const attempt = new Attempt(options.path, identity);
    ours.add(attempt.token);
    let lock: HeldLock | undefined;
    try {
      lock = await attempted(attempt, options);
      if (lock !== undefined) return lock;
    } catch (error) {
      // The holder of the lock removes the files of other attempts. Where the folder is still there, that was the
      // cause.
      if (codeOf(error) !== 'ENOENT' || !(await isDirectory(where))) throw error;
    } finally {
      if (lock === undefined) {
        ours.delete(attempt.token);
        await attempt.remove();
      }
    }
  }
}

/**
 * Does the work while no other process holds the lock. What the work writes goes through the lock that it is given:
 * a holder that lost it (it was stopped, its machine slept, and another took over) changes nothing any more.
 *
 * @throws LockLost when the lock or its folder was lost, in place of any other error of the work
 */
export async function withFileLock<T>(
  options: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const lock = await acquire(options);
  try {
    return await work(lock);
  } catch (error) {
    // What fails in a folder that went away has that one cause.
    await lock.check();
    throw error;
  } finally {
    await lock.release();
    ours.delete(lock.token);
    past.add(lock.token);
  }
}
