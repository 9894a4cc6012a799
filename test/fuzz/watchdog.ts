import { Worker } from 'node:worker_threads';

export interface Watchdog {
  /** From here on this case is at work. */
  readonly begin: (label: number) => void;
  readonly stop: () => Promise<number>;
}

/**
 * Ends this process when one case takes longer than `seconds`, and says which: a loop that never ends cannot be
 * stopped from within. Synchronous work blocks this thread's timers, not the other thread's.
 */
export function watchdog(what: string, seconds: number): Watchdog {
  const state = new BigInt64Array(new SharedArrayBuffer(16));
  const worker = new Worker(
    `const { workerData: { state, what, seconds } } = require('node:worker_threads');
     setInterval(() => {
       const [label, since] = [Atomics.load(state, 0), Atomics.load(state, 1)];
       if (since === 0n || Date.now() - Number(since) < seconds * 1000) return;
       require('node:fs').writeSync(2, what + ' ' + label + ' takes longer than ' + seconds + ' s\\n');
       process.kill(process.pid, 'SIGKILL');
     }, 200);`,
    { eval: true, workerData: { state, what, seconds } },
  );
  return {
    begin: (label) => {
      Atomics.store(state, 0, BigInt(label));
      Atomics.store(state, 1, BigInt(Date.now()));
    },
    stop: () => worker.terminate(),
  };
}
