import { randomUUID } from 'node:crypto';
import { type FileHandle, link, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../base/errors.js';
import { holderIn } from './holder.js';
import type { ProcessIdentity } from './process-identity.js';

const TOKEN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a taker has made so far: its folder, and in it the lock file that is yet to get its name. */
export class Attempt {
  readonly token = randomUUID();
  readonly folder: string;
  readonly text: string;
  #file: FileHandle | undefined;

  constructor(
    readonly path: string,
    identity: ProcessIdentity,
  ) {
    this.folder = `${path}-${this.token}`;
    this.text = JSON.stringify({ ...identity, token: this.token });
  }

  get file(): FileHandle {
    return this.#file!;
  }

  async make(): Promise<void> {
    await mkdir(this.folder);
    this.#file = await open(join(this.folder, 'lock'), 'wx');
    await this.#file.writeFile(this.text);
  }

  /** Unlike writing, a link appears with its content or not at all, and never over another. */
  async link(): Promise<boolean> {
    try {
      await link(join(this.folder, 'lock'), this.path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Moves a folder out of its former holder's reach, at one stroke, then removes it. */
  async fence(folder: string): Promise<void> {
    const aside = join(this.folder, randomUUID());
    await rename(folder, aside).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await rm(aside, { recursive: true, force: true });
  }

  /** Every folder of another holder or taker, living or dead: now there is but one. */
  async fenceOthers(): Promise<void> {
    const [where, prefix] = [dirname(this.path), `${basename(this.path)}-`];
    for (const name of await readdir(where)) {
      const token = name.slice(prefix.length);
      if (name.startsWith(prefix) && TOKEN.test(token) && token !== this.token) {
        await this.fence(join(where, name));
      }
    }
  }

  /** Takes away the lock with this content. */
  async breakLock(text: string): Promise<void> {
    const aside = join(this.folder, 'broken');
    await rename(this.path, aside).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    const moved = await readFile(aside, 'utf8').catch(() => undefined);
    // Another may have taken it over since we looked: then it gets it back.
    if (moved !== undefined && moved !== text) await link(aside, this.path).catch(() => {});
    const token = holderIn(text)?.token ?? '';
    if (moved === text && TOKEN.test(token)) await this.fence(`${this.path}-${token}`);
    await rm(aside, { force: true });
  }

  /** Whether no other process has taken us for dead in the meantime. */
  async stands(): Promise<boolean> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    return (
      text === this.text && (await lstat(join(this.folder, 'lock')).catch(() => undefined)) !== undefined
    );
  }

  async remove(): Promise<void> {
    await this.#file?.close().catch(() => {});
    await rm(this.folder, { recursive: true, force: true }).catch(() => {});
  }
}
