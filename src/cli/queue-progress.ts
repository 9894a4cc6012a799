import { clearScreenDown, moveCursor } from 'node:readline';
import type { QueueReporter } from '../run/queue/queue-reporter.js';
import type { WorkerRate } from '../run/queue/rates.js';

const SECONDS_BETWEEN_REPORTS = 5;
const SECONDS_BETWEEN_FRAMES = 0.25;

/**
 * Progress of a run on many workers, each with its rate, to stderr: on a terminal lines that are written anew,
 * elsewhere more lines every few seconds.
 *
 * @param hint said once while no worker has done anything
 */
export function queueProgress(hint: string, stream: NodeJS.WriteStream = process.stderr): QueueReporter {
  const between = 1000 * (stream.isTTY ? SECONDS_BETWEEN_FRAMES : SECONDS_BETWEEN_REPORTS);
  let total = 0;
  let began = 0;
  let printed = 0;
  let shown: readonly string[] = [];
  let alone: NodeJS.Timeout | undefined;
  const above = (line: string) => {
    erase();
    stream.write(`${line}\n`);
    if (stream.isTTY) for (const old of shown) stream.write(`${old}\n`);
  };
  const erase = () => {
    if (!stream.isTTY || shown.length === 0) return;
    moveCursor(stream, 0, -shown.length);
    clearScreenDown(stream);
  };
  return {
    note: above,
    started: (images) => {
      total = images;
      began = performance.now();
      printed = began;
      above(`${images} images to do`);
      alone = setTimeout(() => above(hint), 1000 * SECONDS_BETWEEN_REPORTS);
    },
    advanced: (done, workers) => {
      clearTimeout(alone);
      const now = performance.now();
      if (now - printed < between && done < total) return;
      printed = now;
      erase();
      shown = report(done, total, (now - began) / 1000, workers);
      for (const line of shown) stream.write(`${line}\n`);
    },
    finished: () => clearTimeout(alone),
    failed: ({ id, message }) => above(`failed: ${id}: ${message}`),
  };
}

function report(done: number, total: number, seconds: number, workers: readonly WorkerRate[]): string[] {
  const speed = seconds > 0 ? done / seconds : 0;
  const left = speed > 0 ? Math.round((total - done) / speed) : 0;
  const counted = workers.length === 1 ? '1 worker' : `${workers.length} workers`;
  return [
    `${done}/${total} images, ${speed.toFixed(1)} images/s, ${left} s left; ${counted}`,
    ...workers.map(
      ({ worker, images, rate }) => `  ${worker}: ${images} images, ${rate.toFixed(1)} images/s`,
    ),
  ];
}
