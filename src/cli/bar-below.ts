import cliProgress from 'cli-progress';

/** Lines for people and for programs, and a bar below them while there is something to wait for. */
export interface BarBelow {
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
 */
export function barBelow(name: string, total: number, stream: NodeJS.WriteStream = process.stderr): BarBelow {
  const began = performance.now();
  const wanted = stream.isTTY === true && total > 1;
  let bar: cliProgress.SingleBar | undefined;
  let done = 0;
  const draw = () => {
    if (!wanted) return;
    const seconds = (performance.now() - began) / 1000;
    const rate = done > 0 ? `, ${(done / seconds).toFixed(1)} images/s` : '';
    const left = done > 0 ? `, ${Math.ceil(((total - done) * seconds) / done)} s left` : '';
    bar = new cliProgress.SingleBar(
      {
        format: `{name} [{bar}] {value}/{total} images{rate}{left}`,
        stream,
        hideCursor: true,
        clearOnComplete: true,
      },
      cliProgress.Presets.shades_classic,
    );
    bar.start(total, done, { name, rate, left });
  };
  const erase = () => {
    bar?.stop();
    bar = undefined;
  };
  const above = (print: () => void) => {
    erase();
    print();
    draw();
  };
  draw();
  return {
    line: (text) => above(() => console.log(text)),
    note: (text) => above(() => console.error(text)),
    advanced: () => {
      done++;
      above(() => {});
    },
    finished: erase,
  };
}
