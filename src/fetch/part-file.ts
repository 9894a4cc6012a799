import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { codeOf } from '../base/errors.js';
import type { HeldLock } from '../lock/held-lock.js';

/**
 * A download in progress, written from its start, resumed at its end. It is made in the lock's folder, which a
 * process without the lock cannot reach; `<final name>.part` is a second name, which stays when this process dies.
 */
export class PartFile {
  readonly #finalPath: string;
  /** What stays for a later run. */
  readonly #path: string;
  readonly #lock: HeldLock;
  #size = 0;

  constructor(finalPath: string, lock: HeldLock) {
    this.#finalPath = finalPath;
    this.#path = `${finalPath}.part`;
    this.#lock = lock;
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  get #own(): string {
    return this.#lock.staged(this.#finalPath);
  }

  /** Takes what an earlier run left, as a copy: its process may only sleep. More than the file has is of no use. */
  async resume(bytes: number): Promise<void> {
    const status = await stat(this.#path).catch(() => undefined);
    if (status === undefined) return;
    if (!status.isFile() || status.size > bytes) return this.#drop();
    await copyFile(this.#path, this.#own, constants.COPYFILE_FICLONE);
    await this.#name();
    this.#size = (await stat(this.#own)).size;
  }

  /** Appends a body from `offset` on; stops at the first byte beyond `limit`. Bytes that arrived are kept. */
  async append(
    body: AsyncIterable<Buffer>,
    offset: number,
    limit: number,
    onProgress: (size: number) => void,
  ): Promise<void> {
    const file = await this.#open();
    try {
      await file.truncate(offset);
      this.#size = offset;
      for await (const chunk of body) {
        if (this.#lock.lost.aborted) await this.#lock.check();
        for (let done = 0; done < chunk.length; ) {
          const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#size);
          done += bytesWritten;
          this.#size += bytesWritten;
        }
        onProgress(Math.min(this.#size, limit));
        if (this.#size > limit) return;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(this.#own, { highWaterMark: 1 << 20 }), hash);
    return hash.digest('hex');
  }

  async discard(): Promise<void> {
    await rm(this.#own, { force: true });
    await this.#drop();
    this.#size = 0;
  }

  /** Gives the file its final name. */
  async finish(): Promise<void> {
    await this.#lock.publish(this.#finalPath);
    await this.#drop();
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#own, 'r+');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      const file = await open(this.#own, 'wx+');
      await this.#name();
      return file;
    }
  }

  /** Gives our file its second name, in place of any other file with it. */
  async #name(): Promise<void> {
    await link(this.#own, this.#lock.staged(this.#path));
    await this.#lock.publish(this.#path);
  }

  /** Into our own folder first: without the lock there is none, and another's file keeps its name. */
  async #drop(): Promise<void> {
    const aside = this.#lock.staged(this.#path);
    await rename(this.#path, aside).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rm(aside, { force: true, recursive: true });
  }
}
