/** Runs of a size before another is tried; the first one only lets the runtime plan its memory. */
const TRIES = 4;
/** A smaller size must be faster by more than what timing is good for. */
const GAIN = 0.97;

interface Search {
  size: number;
  tries: number;
  /** Milliseconds for the whole batch in parts of `size`, the least seen. */
  least: number;
  best: { readonly size: number; readonly ms: number } | undefined;
  done: boolean;
}

/**
 * How many images of a batch go through the network at once: all, halves, quarters, …; the fastest wins. A backward
 * pass walks over more values than a processor's cache holds, and a quarter of them may fit. Tried on the batches
 * that are there anyway, for each batch size on its own.
 */
export class PartSizes {
  readonly #searches = new Map<number, Search>();

  /** Images at once for the next batch of n. */
  next(n: number): number {
    return this.#search(n).size;
  }

  /** A batch of n in parts of `next(n)` took so long. */
  took(n: number, ms: number): void {
    const search = this.#search(n);
    if (search.done) return;
    search.tries++;
    if (search.tries > 1) search.least = Math.min(search.least, ms);
    if (search.tries < TRIES) return;
    const { size, least, best } = search;
    const better = best === undefined || least < GAIN * best.ms;
    if (better) search.best = { size, ms: least };
    search.done = !better || size === 1;
    search.size = search.done ? search.best!.size : Math.ceil(size / 2);
    search.tries = 0;
    search.least = Infinity;
  }

  #search(n: number): Search {
    let search = this.#searches.get(n);
    if (search === undefined) {
      search = { size: n, tries: 0, least: Infinity, best: undefined, done: n <= 1 };
      this.#searches.set(n, search);
    }
    return search;
  }
}
