import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface SignalStop {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** What the shell expects of a process that a signal ended: 128 + its number. */
  exitCode(): number;
  release(): void;
}

/** The first SIGINT or SIGTERM asks the run to stop at the end of its batch; a second one ends the process at once. */
export function stopOnSignals(): SignalStop {
  const controller = new AbortController();
  let received: (typeof SIGNALS)[number] = 'SIGINT';
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  function onSignal(signal: NodeJS.Signals): void {
    if (controller.signal.aborted) {
      release();
      // Without a listener, the system's own handling ends the process even while a thread computes.
      process.kill(process.pid, signal);
      return;
    }
    received = signal as (typeof SIGNALS)[number];
    console.error('bench: finishing the batch at work; once more stops at once');
    controller.abort();
  }
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { stop: controller.signal, exitCode: () => 128 + constants.signals[received], release };
}
