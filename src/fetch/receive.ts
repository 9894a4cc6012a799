import { STATUS_CODES } from 'node:http';
import { messageOf } from '../base/errors.js';
import { type Answer, type HttpClient, SourceFault, TemporaryFault } from './http.js';
import { paced } from './pace.js';
import type { PartFile } from './part-file.js';

const TEMPORARY = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * One connection: asks for what the part file lacks and appends it. A server that sends the file from its start
 * instead (no Range) makes the part file start again.
 * @param bytes size of the whole file
 * @param window milliseconds over which the server's pace is taken
 * @throws TemporaryFault, SourceFault; what arrived before stays in the part file
 */
export async function receive(
  client: HttpClient,
  address: string,
  part: PartFile,
  bytes: number,
  onProgress: (size: number) => void,
  window: number,
): Promise<void> {
  const answer = await connected(() => client.get(address, part.size));
  const offset = await offsetOf(answer, part, bytes);
  const announced = answer.header('content-length');
  if (announced !== undefined && Number(announced) !== bytes - offset) {
    answer.body.destroy();
    throw new SourceFault(`offers ${offset + Number(announced)} bytes, the published file has ${bytes}`);
  }
  try {
    await part.append(paced(errorsAsTemporary(answer.body), window), offset, bytes, onProgress);
  } finally {
    answer.body.destroy();
  }
  if (part.size > bytes) {
    await part.discard();
    throw new SourceFault(`sends more than the ${bytes} bytes of the published file`);
  }
  if (part.size < bytes) throw new TemporaryFault(`the connection ended at ${part.size} of ${bytes} bytes`);
}

/** Where the body starts within the file, by the answer's status. */
async function offsetOf(answer: Answer, part: PartFile, bytes: number): Promise<number> {
  const { status } = answer;
  if (status === 200) return 0;
  if (status === 206) {
    const range = answer.header('content-range') ?? '';
    if (range.startsWith(`bytes ${part.size}-`)) return part.size;
    answer.body.destroy();
    await part.discard();
    throw new TemporaryFault(`the server answered with another range (${range || 'none'}); starting again`);
  }
  answer.body.destroy();
  if (status === 416 && part.size > 0) {
    await part.discard();
    throw new TemporaryFault('the server cannot continue there; starting again');
  }
  const reason = `answers ${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (TEMPORARY.has(status)) throw new TemporaryFault(reason);
  throw new SourceFault(status === 404 ? `${reason}: the file (${bytes} bytes) is not there` : reason);
}

async function connected<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    throw new TemporaryFault(`cannot be reached (${reasonOf(error)})`);
  }
}

async function* errorsAsTemporary(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    // Only the connection's errors are caught here; the disk's come from the consumer.
    const next = await chunks.next().catch((error: unknown) => {
      throw new TemporaryFault(`the connection was cut (${reasonOf(error)})`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return messageOf(error) || (typeof code === 'string' ? code : 'no reason given');
}
