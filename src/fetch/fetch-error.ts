import { BenchError } from '../base/errors.js';

/** A published file cannot be had: the server, the way to it, or the disk. */
export class FetchError extends BenchError {
  override readonly name = 'FetchError';
}
