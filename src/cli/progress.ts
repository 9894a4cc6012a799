import cliProgress from 'cli-progress';
import type { Failure } from '../run/batches.js';
import type { RunReporter } from '../run/reporter.js';

/** On a terminal a bar with rate and time left; elsewhere a plain line every few seconds. All to stderr. */
export function progress(stream: NodeJS.WriteStream = process.stderr): RunReporter {
  return stream.isTTY ? bar(stream) : lines(stream);
}

const failure = ({ id, message }: Failure) => `failed: ${id}: ${message}`;

function rate(done: number, since: number): number {
  const seconds = (performance.now() - since) / 1000;
  return seconds > 0 ? done / seconds : 0;
}

function bar(stream: NodeJS.WriteStream): RunReporter {
  let current: cliProgress.SingleBar | undefined;
  let began = 0;
  const above: string[] = [];
  return {
    note: (line) => stream.write(`${line}\n`),
    networkStarted: (network, images) => {
      began = performance.now();
      current = new cliProgress.SingleBar(
        {
          format: `{network} [{bar}] {value}/{total} images, {rate} images/s, {eta_formatted} left`,
          stream,
          hideCursor: true,
        },
        cliProgress.Presets.shades_classic,
      );
      current.start(images, 0, { network, rate: '–' });
    },
    advanced: (done) => current?.update(done, { rate: rate(done, began).toFixed(1) }),
    networkFinished: () => {
      current?.stop();
      for (const line of above.splice(0)) stream.write(`${line}\n`);
    },
    failed: (what) => above.push(failure(what)),
  };
}

const SECONDS_BETWEEN_LINES = 5;

function lines(stream: NodeJS.WriteStream): RunReporter {
  let network = '';
  let total = 0;
  let began = 0;
  let printed = 0;
  const say = (line: string) => stream.write(`${line}\n`);
  return {
    note: say,
    networkStarted: (name, images) => {
      network = name;
      total = images;
      began = performance.now();
      printed = began;
      say(`${name}: ${images} images`);
    },
    advanced: (done) => {
      const now = performance.now();
      if (now - printed < SECONDS_BETWEEN_LINES * 1000 && done < total) return;
      printed = now;
      const speed = rate(done, began);
      const left = speed > 0 ? Math.round((total - done) / speed) : 0;
      say(`${network}: ${done}/${total} images, ${speed.toFixed(1)} images/s, ${left} s left`);
    },
    networkFinished: () => {},
    failed: (what) => say(failure(what)),
  };
}
