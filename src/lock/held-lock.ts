import type { Stats } from 'node:fs';
import { type FileHandle, link, lstat, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchError } from '../base/errors.js';
import { holderIn } from './holder.js';
import type { Place } from './place.js';

/** The lock is no longer its holder's: nothing more is written. */
export class LockLost extends BenchError {
  override readonly name = 'LockLost';
}

/** What a lock is made of: its file, and the folder of its holder. */
export interface LockParts {
  readonly path: string;
  readonly token: string;
  readonly folder: string;
  readonly text: string;
  /** The lock's file: writing to it never changes another holder's. */
  readonly file: FileHandle;
}

/** Tells a folder from another of its name. */
type Identity = Pick<Stats, 'dev' | 'ino'>;

/** Milliseconds that a lock may be missing while two takers sort out whose it is. */
const MISSING = 200;

const statusOf = (path: string) => stat(path).catch(() => undefined);

export class HeldLock implements Place {
  readonly #parts: LockParts;
  /** The folder that the lock is in. */
  readonly #where: string;
  readonly #identity: Identity;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  private constructor(parts: LockParts, identity: Identity) {
    this.#parts = parts;
    this.#where = dirname(parts.path);
    this.#identity = identity;
  }

  /** @param heartbeat milliseconds between signs of life */
  static async begin(parts: LockParts, heartbeat: number): Promise<HeldLock> {
    const { dev, ino } = await stat(dirname(parts.path));
    const lock = new HeldLock(parts, { dev, ino });
    lock.#timer = setInterval(() => {
      lock.#beat().catch(() => {});
    }, heartbeat).unref();
    return lock;
  }

  get token(): string {
    return this.#parts.token;
  }

  /** Aborted when a sign of life found the lock lost; `check` says why. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws LockLost when the lock is another's or gone, or its folder is not where it was */
  async check(): Promise<void> {
    const reason = await this.#reason();
    if (reason === undefined) return;
    this.#lost.abort();
    throw new LockLost(reason);
  }

  staged(path: string): string {
    return join(this.#parts.folder, basename(path));
  }

  async publish(path: string): Promise<void> {
    await this.check();
    try {
      await rename(this.staged(path), path);
    } catch (error) {
      await this.check();
      throw error;
    }
  }

  /** Gives the lock back, if it still is ours. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    const { path, folder, text, file } = this.#parts;
    // A folder in place of one that went away is not ours.
    if ((await this.#stillThere()) !== true) return file.close().catch(() => {});
    const aside = join(folder, 'released');
    try {
      // Into our own folder: after a takeover that is gone, and another's lock stays where it is.
      await rename(path, aside);
      if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
    } catch {
      // It was taken over, or its folder is away.
    }
    await file.close().catch(() => {});
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }

  async #reason(): Promise<string | undefined> {
    // All three are asked at once: this is done before every record.
    let [there, text, hasFolder] = await this.#look();
    if (there === true && text === undefined) {
      await pause(MISSING);
      [there, text, hasFolder] = await this.#look();
    }
    if (there !== true) return this.#gone(there === 'replaced');
    return text === this.#parts.text && hasFolder ? undefined : this.#taken(text);
  }

  #look() {
    return Promise.all([this.#stillThere(), this.#text(), this.#hasFolder()]);
  }

  async #stillThere(): Promise<true | 'replaced' | 'gone'> {
    const status = await statusOf(this.#where);
    if (status === undefined) return 'gone';
    const { dev, ino } = this.#identity;
    return status.dev === dev && status.ino === ino ? true : 'replaced';
  }

  #text(): Promise<string | undefined> {
    return readFile(this.#parts.path, 'utf8').catch(() => undefined);
  }

  async #hasFolder(): Promise<boolean> {
    const own = join(this.#parts.folder, 'lock');
    return (await lstat(own).catch(() => undefined)) !== undefined;
  }

  async #gone(replaced: boolean): Promise<string> {
    const words = replaced ? 'another folder is there now' : 'it is not there any more';
    // Linux tells where an open file went.
    const now = await readlink(`/proc/self/fd/${this.#parts.file.fd}`).catch(() => '');
    const place = dirname(dirname(now));
    const known = now !== '' && !now.endsWith(' (deleted)') && place !== resolve(this.#where);
    const moved = known ? `; what was written lies in ${place}` : '';
    return `${this.#where}: ${words} (moved, deleted or unmounted while this process wrote into it)${moved}; nothing more is done: bring it back, and the same command goes on`;
  }

  #taken(found: string | undefined): string {
    const other = found === this.#parts.text ? undefined : holderIn(found ?? '');
    const by =
      other === undefined
        ? 'its lock was taken away'
        : `process ${other.pid} on ${other.host} has taken it over`;
    return `${this.#where}: ${by} while this process gave no sign of life (stopped, or its machine slept); it has written nothing since, and ends`;
  }

  /** Written to the file itself, whose time is then by the disk's clock; by its name it could be another's. */
  async #beat(): Promise<void> {
    const { file, text } = this.#parts;
    await file.write(text, 0).catch(() => file.utimes(new Date(), new Date()));
    await this.check();
  }
}
