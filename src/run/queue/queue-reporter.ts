import { plainText } from '../../base/quote.js';
import type { RunReporter } from '../reporter.js';
import type { WorkerRate } from './rates.js';

/** Who is told how a run over a queue goes on. */
export interface QueueReporter extends Pick<RunReporter, 'note' | 'failed'> {
  started(images: number): void;
  advanced(done: number, workers: readonly WorkerRate[]): void;
  finished(): void;
}

/** Characters of a note. */
const NOTE = 2000;

/** The same, whose notes are plain text: names and reasons come out of Redis, and go on to terminals. */
export function withPlainNotes<T extends { readonly note: (line: string) => void }>(reporter: T): T {
  return { ...reporter, note: (line) => reporter.note(plainText(line, NOTE)) };
}
