import cliProgress from 'cli-progress';
import { PassingLine } from './passing-line.js';
import { progressLine } from './progress-line.js';
import { fitNote } from './terminal.js';

/** Lines for people and for programs, and a bar below them while there is something to wait for. */
export interface BarBelow {
  /** To stderr, for as long as nothing else is printed; on a terminal alone. */
  passing(text: string): void;
  /** To stdout. */
  line(text: string): void;
  /** To stderr. */
  note(text: string): void;
  /** One more is done. */
  advanced(): void;
  finished(): void;
}

/**
 * A bar on a terminal when there are several to do; elsewhere the lines tell enough. It is taken away before a line is
 * printed and drawn anew below it: both may go to the same terminal.
 * @param name of what is at work
 * @param total how many there are to do
 * @param quiet no bar, and nothing that passes
 */
export function barBelow(
  name: string,
  total: number,
  quiet = false,
  stream: NodeJS.WriteStream = process.stderr,
): BarBelow {
  const began = performance.now();
  const wanted = stream.isTTY === true && total > 1 && !quiet;
  let bar: cliProgress.SingleBar | undefined;
  let done = 0;
  const passing = new PassingLine(stream);
  const draw = () => {
    if (!wanted) return;
    const seconds = (performance.now() - began) / 1000;
    // One column stays free: a full line would wrap in some terminals.
    const drawn = progressLine({ name, done, total, seconds }, (stream.columns || 80) - 1);
    const format: cliProgress.GenericFormatter = () => drawn;
    bar = new cliProgress.SingleBar({ format, stream, hideCursor: true, clearOnComplete: true });
    bar.start(total, done);
  };
  const erase = () => {
    bar?.stop();
    bar = undefined;
  };
  const above = (print: () => void) => {
    passing.clear();
    erase();
    print();
    draw();
  };
  draw();
  return {
    passing: (text) => {
      if (!stream.isTTY || quiet) return;
      above(() => passing.show(text));
    },
    line: (text) => above(() => console.log(text)),
    note: (text) => above(() => console.error(fitNote(text, stream))),
    advanced: () => {
      done++;
      above(() => {});
    },
    finished: erase,
  };
}
