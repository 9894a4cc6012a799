import type { Entry } from '../journal/entries.js';
import type { Work } from '../pending.js';
import { batchesOf, type NamedBatch } from './batch-job.js';

/** Which images are still owed, and which batches are out for them. Whatever comes twice counts once. */
export class Ledger {
  /** Per network, 1 at each position that is owed: a set of millions would be larger by far. */
  readonly #owed: readonly Uint8Array[];
  readonly #unsent: Iterator<NamedBatch, undefined>;
  readonly #again: NamedBatch[] = [];
  readonly #out = new Map<string, NamedBatch>();
  #left: number;

  /** @param size images per batch */
  constructor(work: readonly Work[], size: number) {
    this.#owed = work.map(({ positions }) => {
      const owed = new Uint8Array((positions.at(-1) ?? -1) + 1);
      for (const position of positions) owed[position] = 1;
      return owed;
    });
    this.#unsent = batchesOf(work, size);
    this.#left = work.reduce((sum, { positions }) => sum + positions.length, 0);
  }

  /** Images, counted once per network. */
  get left(): number {
    return this.#left;
  }

  /** The batches that were sent and not settled. */
  get out(): readonly NamedBatch[] {
    return [...this.#out.values()];
  }

  get outCount(): number {
    return this.#out.size;
  }

  /** Up to `count` batches that are to be sent now. */
  next(count: number): readonly NamedBatch[] {
    const batches: NamedBatch[] = [];
    while (batches.length < count) {
      const batch: NamedBatch | undefined = this.#again.pop() ?? this.#unsent.next().value;
      if (batch === undefined) break;
      const owed = batch.at.filter((at) => this.#owed[batch.network]![at] === 1);
      if (owed.length === 0) continue;
      batches.push({ ...batch, at: owed });
      this.#out.set(batch.id, { ...batch, at: owed });
    }
    return batches;
  }

  /** The entries that the journal does not have yet; from now on it counts as having them. */
  take(network: number, entries: readonly Entry[]): readonly Entry[] {
    const fresh: Entry[] = [];
    for (const entry of entries) {
      if (this.#owed[network]?.[entry.at] !== 1) continue;
      this.#owed[network][entry.at] = 0;
      fresh.push(entry);
    }
    this.#left -= fresh.length;
    return fresh;
  }

  /** The batch came back. What it did not bring is sent again. */
  settle(id: string): void {
    const batch = this.#out.get(id);
    this.#out.delete(id);
    if (batch?.at.some((at) => this.#owed[batch.network]![at] === 1)) this.#again.push(batch);
  }
}
