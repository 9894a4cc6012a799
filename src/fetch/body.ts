import { PassThrough, type Readable } from 'node:stream';

/** Bytes that may wait for a slow disk. */
const WAITING = 1 << 20;

/** What a connection brings: all that arrived before it was cut can be read, and only then its error is met. */
export class Body implements AsyncIterable<Buffer> {
  readonly #queue = new PassThrough({ highWaterMark: WAITING });
  #fault: unknown;

  constructor(source: Readable) {
    // A stream that fails forgets its unread bytes, so nothing is left in the connection's own.
    source.on('error', (error) => {
      this.#fault ??= error;
      if (!this.#queue.destroyed) this.#queue.end();
    });
    this.#queue.on('close', () => source.destroy());
    source.pipe(this.#queue);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const chunk of this.#queue) yield chunk as Buffer;
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Ends the connection; what it would bring is not wanted. */
  destroy(): void {
    this.#queue.destroy();
  }
}
