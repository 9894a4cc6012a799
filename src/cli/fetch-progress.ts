import cliProgress from 'cli-progress';
import type { FetchReporter } from '../fetch/fetch-models.js';
import { megabytes } from '../fetch/resolve.js';

const SECONDS_BETWEEN_LINES = 5;

/** On a terminal a bar with rate and time left; elsewhere a plain line every few seconds. All to stderr. */
export function fetchProgress(stream: NodeJS.WriteStream = process.stderr): FetchReporter {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): FetchReporter {
  let current: cliProgress.SingleBar | undefined;
  return {
    note: (line) => stream.write(`\n${line}\n`),
    started: (name, bytes) => {
      current = new cliProgress.SingleBar(
        { format: '{name} [{bar}] {done} of {size}, {eta_formatted} left', stream, hideCursor: true },
        cliProgress.Presets.shades_classic,
      );
      current.start(bytes, 0, { name, size: megabytes(bytes), done: megabytes(0) });
    },
    advanced: (bytes) => current?.update(bytes, { done: megabytes(bytes) }),
    finished: () => current?.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): FetchReporter {
  let file = { name: '', bytes: 0 };
  let printed = 0;
  const say = (line: string) => stream.write(`${line}\n`);
  return {
    note: say,
    started: (name, bytes) => {
      file = { name, bytes };
      printed = performance.now();
    },
    advanced: (bytes) => {
      const now = performance.now();
      if (now - printed < SECONDS_BETWEEN_LINES * 1000) return;
      printed = now;
      say(`${file.name}: ${megabytes(bytes)} of ${megabytes(file.bytes)}`);
    },
    finished: () => {},
  };
}
