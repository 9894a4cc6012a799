import type { BatchResult } from './batch-job.js';

export interface WorkerRate {
  readonly worker: string;
  /** Images that it has done in this run. */
  readonly images: number;
  /** Images per second over its last batches, while it had some. */
  readonly rate: number;
}

/** Batches that a rate is taken over. */
const RECENT = 20;
/** Milliseconds without a result after which a worker is not shown any more. */
const FORGOTTEN = 60_000;

interface WorkerRecord {
  images: number;
  last: number;
  readonly recent: { readonly images: number; readonly wall: number }[];
}

/** How fast every worker is, by its own clock. */
export class WorkerRates {
  readonly #workers = new Map<string, WorkerRecord>();

  add({ worker, images, spent }: BatchResult, now = performance.now()): void {
    const record = this.#workers.get(worker) ?? { images: 0, last: now, recent: [] };
    this.#workers.set(worker, record);
    record.images += images.length;
    record.last = now;
    record.recent.push({ images: images.length, wall: spent[0] });
    if (record.recent.length > RECENT) record.recent.shift();
  }

  /** In the order of their names. */
  list(now = performance.now()): readonly WorkerRate[] {
    return [...this.#workers]
      .filter(([, { last, recent }]) => now - last < Math.max(FORGOTTEN, 3 * recent.at(-1)!.wall))
      .map(([worker, { images, recent }]) => {
        const wall = recent.reduce((sum, batch) => sum + batch.wall, 0);
        const done = recent.reduce((sum, batch) => sum + batch.images, 0);
        return { worker, images, rate: wall > 0 ? (1000 * done) / wall : 0 };
      })
      .sort((a, b) => (a.worker < b.worker ? -1 : 1));
  }
}
