import type { BatchResult } from '../run/queue/batch-job.js';
import { WorkerRates } from '../run/queue/rates.js';

const SECONDS_BETWEEN_LINES = 5;

/** What a worker tells of itself: plain lines to stderr, those of its speed every few seconds. */
export function workerProgress(stream: NodeJS.WriteStream = process.stderr) {
  const rates = new WorkerRates();
  let done = 0;
  let printed = performance.now();
  const note = (line: string) => {
    stream.write(`${line}\n`);
  };
  return {
    note,
    onDone: (result: BatchResult) => {
      rates.add(result);
      done += result.images.length;
      const now = performance.now();
      if (now - printed < SECONDS_BETWEEN_LINES * 1000) return;
      printed = now;
      note(`${done} images, ${rates.list()[0]!.rate.toFixed(1)} images/s`);
    },
    done: () => done,
  };
}
