import { setTimeout as pause } from 'node:timers/promises';
import { SourceFault, TemporaryFault } from './http.js';

/** Bytes per second below which a server counts as one that does not send. */
export const SLOWEST = 1000;

function tooSlow(bytes: number, milliseconds: number): Error {
  const seconds = `${Number((milliseconds / 1000).toFixed(1))} s`;
  if (bytes === 0) return new TemporaryFault(`the connection was silent for ${seconds}`);
  return new SourceFault(`sends less than 1 kB/s (${bytes} bytes in ${seconds}); what arrived is kept`);
}

const LATE = Symbol('late');

/**
 * Hands on what a body brings, and gives up when it brings less than 1 kB/s while it is waited for: what a slow disk
 * takes does not count.
 *
 * @param window milliseconds over which the pace is taken
 * @throws SourceFault; TemporaryFault when nothing came at all; what the body throws
 */
export async function* paced(body: AsyncIterable<Buffer>, window: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  let waited = 0;
  let bytes = 0;
  let next = chunks.next();
  for (;;) {
    const start = performance.now();
    const timer = new AbortController();
    const late = pause(Math.max(0, window - waited), LATE, { signal: timer.signal });
    late.catch(() => {});
    const came = await Promise.race([next, late]).finally(() => timer.abort());
    waited += performance.now() - start;
    if (came !== LATE) {
      if (came.done === true) return;
      bytes += came.value.length;
      yield came.value;
      next = chunks.next();
    }
    if (came !== LATE && waited < window) continue;
    if (bytes < (SLOWEST * window) / 1000) {
      next.catch(() => {});
      throw tooSlow(bytes, waited);
    }
    waited = 0;
    bytes = 0;
  }
}
