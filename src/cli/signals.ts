import { constants } from 'node:os';
import { RunStopped } from '../run/run-stopped.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface SignalStop {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** What the shell expects of a process that a signal ended: 128 + its number. */
  exitCode(): number;
  release(): void;
}

/**
 * Does work that the first SIGINT or SIGTERM stops at the end of its batch; says so when it did, and sets the exit status
 * that the shell expects.
 */
export async function stoppable(work: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const signals = stopOnSignals();
  try {
    await work(signals.stop);
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
    console.error(`bench: ${error.message}`);
    process.exitCode = signals.exitCode();
  } finally {
    signals.release();
  }
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
