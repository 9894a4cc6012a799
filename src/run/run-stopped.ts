import { BenchError } from '../base/errors.js';

/** The work was asked to stop before it was done. */
export class RunStopped extends BenchError {
  override readonly name = 'RunStopped';
}
