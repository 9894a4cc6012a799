import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How files come to their names: made whole under another one first. */
export interface Place {
  /** @throws BenchError when nothing may be written any more */
  check(): Promise<void>;
  /** Where the file is made that is to become `path`; on the same disk. */
  staged(path: string): string;
  /** Gives the file its name, over any other file with it. @throws like `check`; what renaming throws */
  publish(path: string): Promise<void>;
}

/** A place that no other process writes to, or where it does not matter: temporary names beside the final ones. */
export function freePlace(): Place {
  const mark = randomUUID();
  const staged = (path: string) => join(dirname(path), `.${basename(path)}.${mark}.tmp`);
  return { check: async () => {}, staged, publish: (path) => rename(staged(path), path) };
}
