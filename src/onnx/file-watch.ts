import { type BigIntStats, statSync } from 'node:fs';
import { ModelError } from '../base/errors.js';

/**
 * Notices that a file was written again. Weights are read where they lie, by the runtime too, which maps them into
 * memory: results of a model that changed under a run would be those of no model at all.
 */
export class FileWatch {
  readonly #fingerprints: ReadonlyMap<string, string>;

  constructor(paths: readonly string[]) {
    this.#fingerprints = new Map(paths.map((path) => [path, fingerprint(path)]));
  }

  /** @throws ModelError naming the file that is not the one that it was */
  check(): void {
    for (const [path, before] of this.#fingerprints) {
      if (fingerprint(path) === before) continue;
      throw new ModelError(
        `${path}: changed while it was in use: start again, and leave it alone until the end`,
      );
    }
  }
}

function fingerprint(path: string): string {
  const status: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? 'gone' : [status.ino, status.size, status.mtimeNs].join();
}
