import cliProgress from 'cli-progress';
import type { Failure } from '../run/batches.js';
import { type RunReporter, silent } from '../run/reporter.js';
import { PassingLine } from './passing-line.js';
import { type ProgressState, progressLine, progressText } from './progress-line.js';
import { fitNote } from './terminal.js';

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
  return { ...silent, failed: (what) => stream.write(`${failure(what)}\n`) };
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
  const passing = new PassingLine(stream);
  return {
    note: (line) => {
      passing.clear();
      stream.write(`${fitNote(line, stream)}\n`);
    },
    compiling: (network) => {
      passing.show(`compiling ${network} …`);
    },
    networkStarted: (network, images) => {
      passing.clear();
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
    // A run that is refused now prints one line, and no other before it.
    compiling: () => {},
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
