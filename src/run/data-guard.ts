import { access } from 'node:fs/promises';
import { DataError } from '../base/errors.js';

/** What to do where a journal holds the images that were done. */
export const RESUMES = 'what is in the journal is safe: bring the data back, and the same command goes on';

/**
 * Tells a broken image from data that are gone: a disk that was unplugged or a share that went away must end the
 * run, or every image left would count as broken.
 */
export class DataGuard {
  readonly #root: string;
  readonly #advice: string;
  #witness: string | undefined;

  /** @param advice what to do when the data are gone */
  constructor(root: string, advice: string) {
    this.#root = root;
    this.#advice = advice;
  }

  /** An image file that could be read. */
  sawImage(path: string): void {
    this.#witness = path;
  }

  /** @throws DataError when the data set's folder, or an image that was there before, is not there any more */
  async check(): Promise<void> {
    for (const path of [this.#root, this.#witness]) {
      if (path === undefined) continue;
      await access(path).catch(() => {
        throw new DataError(`${path}: gone while the run was at work; ${this.#advice}`);
      });
    }
  }
}
