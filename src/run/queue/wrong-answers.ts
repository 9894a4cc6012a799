import { BenchError } from '../../base/errors.js';
import { plainText } from '../../base/quote.js';

/** Wrong answers one after the other, and no right one, after which the run ends: there is no use in asking again. */
const MOST = 100;

/** Counts the answers that a coordinator has to refuse, and says so ever more rarely. */
export class WrongAnswers {
  readonly #note: (line: string) => void;
  readonly #byWorker = new Map<string, number>();
  #inARow = 0;

  constructor(note: (line: string) => void) {
    this.#note = note;
  }

  /** An answer was right. */
  sawRight(): void {
    this.#inARow = 0;
  }

  /**
   * @param worker what it calls itself, as text for people
   * @param id of the batch, as it is in Redis
   * @throws BenchError when nothing but wrong answers comes
   */
  add(worker: string, id: string, reason: string): void {
    const times = (this.#byWorker.get(worker) ?? 0) + 1;
    this.#byWorker.set(worker, times);
    this.#inARow++;
    const batch = plainText(id, 40);
    if (this.#inARow >= MOST) {
      throw new BenchError(
        `${worker} keeps answering wrongly (batch ${batch}: ${reason}), ${times} times, and no right answer comes; stop it, and the same command goes on`,
      );
    }
    // The first ones, then ever fewer: a line each would be all that one sees.
    if (!Number.isInteger(Math.log2(times))) return;
    const before = times === 1 ? '' : ` (${times} so far)`;
    this.#note(
      `a wrong answer of ${worker}${before} is refused, batch ${batch}: ${reason}; it is done again`,
    );
  }
}
