import type { Failure } from './batches.js';

/** Who is told how a run goes on. */
export interface RunReporter {
  /** A line for people. */
  note(line: string): void;
  /** A line for those who ask why: said with --verbose alone. */
  detail(line: string): void;
  /** A network is read and compiled, which may take seconds: before its first image. */
  compiling(name: string): void;
  networkStarted(name: string, images: number): void;
  /** So many of the network's images are judged. */
  advanced(done: number): void;
  networkFinished(): void;
  failed(failure: Failure): void;
}

export const silent: RunReporter = {
  note: () => {},
  detail: () => {},
  compiling: () => {},
  networkStarted: () => {},
  advanced: () => {},
  networkFinished: () => {},
  failed: () => {},
};
