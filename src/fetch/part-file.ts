import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** A download in progress: `<final name>.part`, written from its start, resumed at its end. */
export class PartFile {
  readonly path: string;
  #size = 0;

  constructor(readonly finalPath: string) {
    this.path = `${finalPath}.part`;
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  /** Looks at what an earlier run left; more than the file has is of no use. */
  async resume(bytes: number): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    this.#size = found?.size ?? 0;
    if (this.#size > bytes) await this.discard();
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
    await pipeline(createReadStream(this.path, { highWaterMark: 1 << 20 }), hash);
    return hash.digest('hex');
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
    this.#size = 0;
  }

  /** Gives the file its final name. */
  async finish(): Promise<void> {
    await rename(this.path, this.finalPath);
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.path, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return open(this.path, 'wx+');
    }
  }
}
