import cliProgress from 'cli-progress';
import type { Failure } from '../run/batches.js';
import type { RunReporter } from '../run/reporter.js';
import { type ProgressState, progressLine, progressText } from './progress-line.js';

/** How much is said beside results and failures: nothing, what matters, or the reasons too. */
export interface Talk {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** On a terminal a bar with rate and time left; elsewhere a plain line every few seconds. All to stderr. */
export function progress(
  { quiet = false, verbose = false }: Talk = {},
  stream: NodeJS.WriteStream = process.stderr,
): RunReporter {
  if (quiet) return failuresAlone(stream);
  const reporter = stream.isTTY ? bar(stream) : lines(stream);
  return { ...reporter, detail: verbose ? reporter.note : () => {} };
}

function failuresAlone(stream: NodeJS.WriteStream): RunReporter {
  return {
    note: () => {},
    detail: () => {},
    compiling: () => {},
    networkStarted: () => {},
    advanced: () => {},
    networkFinished: () => {},
    failed: (what) => stream.write(`${failure(what)}\n`),
  };
}

const failure = ({ id, message }: Failure) => `failed: ${id}: ${message}`;

/** The network at work, and since when. */
class Course {
  readonly #began = performance.now();
  readonly name: string;
  readonly total: number;

  constructor(name: string, total: number) {
    this.name = name;
    this.total = total;
  }

  at(done: number): ProgressState {
    const seconds = (performance.now() - this.#began) / 1000;
    return { name: this.name, done, total: this.total, seconds };
  }
}

type Progress = Omit<RunReporter, 'detail'>;

function bar(stream: NodeJS.WriteStream): Progress {
  let current: cliProgress.SingleBar | undefined;
  const above: string[] = [];
  let passing = false;
  /** Takes back a line that was only there for as long as something took. */
  const clear = () => {
    if (passing) stream.write('\r\u001b[K');
    passing = false;
  };
  return {
    note: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    compiling: (network) => {
      clear();
      stream.write(`compiling ${network} …`);
      passing = true;
    },
    networkStarted: (network, images) => {
      clear();
      const course = new Course(network, images);
      // One column stays free: a full line would wrap in some terminals.
      const format: cliProgress.GenericFormatter = (_options, { value }) =>
        progressLine(course.at(value), (stream.columns || 80) - 1);
      current = new cliProgress.SingleBar({ format, stream, hideCursor: true, linewrap: null });
      current.start(images, 0);
    },
    advanced: (done) => current?.update(done),
    networkFinished: () => {
      current?.stop();
      for (const line of above.splice(0)) stream.write(`${line}\n`);
    },
    failed: (what) => above.push(failure(what)),
  };
}

const SECONDS_BETWEEN_LINES = 5;

function lines(stream: NodeJS.WriteStream): Progress {
  let course = new Course('', 0);
  let printed = 0;
  const say = (line: string) => stream.write(`${line}\n`);
  return {
    note: say,
    compiling: (network) => say(`compiling ${network} …`),
    networkStarted: (name, images) => {
      course = new Course(name, images);
      printed = performance.now();
      say(`${name}: ${images} images`);
    },
    advanced: (done) => {
      const now = performance.now();
      if (now - printed < SECONDS_BETWEEN_LINES * 1000 && done < course.total) return;
      printed = now;
      say(`${course.name}: ${progressText(course.at(done))}`);
    },
    networkFinished: () => {},
    failed: (what) => say(failure(what)),
  };
}
