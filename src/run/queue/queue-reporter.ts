import type { RunReporter } from '../reporter.js';
import type { WorkerRate } from './rates.js';

/** Who is told how a run over a queue goes on. */
export interface QueueReporter extends Pick<RunReporter, 'note' | 'failed'> {
  started(images: number): void;
  advanced(done: number, workers: readonly WorkerRate[]): void;
  finished(): void;
}
