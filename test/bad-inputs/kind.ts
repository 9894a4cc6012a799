import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';

/**
 * A kind of bad input: what is done to one image of the small world, and what a run says of it. `read`: the image is
 * read and counts, because what is odd about it does not make it wrong; `same`: and gives the rows that it gave before.
 */
export interface Kind {
  readonly name: string;
  /** Replaces the file. */
  readonly make: (path: string) => Promise<unknown>;
  readonly says: RegExp | 'read' | 'same';
}

type Content = string | Uint8Array;

/** The file's bytes are replaced by what `make` makes of them. */
export function content(
  name: string,
  says: Kind['says'],
  make: (before: Buffer) => Content | Promise<Content>,
): Kind {
  return { name, says, make: async (path) => writeFile(path, await make(await readFile(path))) };
}

/** Something else stands where the file was. */
export function inPlace(name: string, says: Kind['says'], make: (path: string) => Promise<unknown>): Kind {
  return { name, says, make: async (path) => rm(path).then(() => make(path)) };
}

/** A socket that nobody listens at. Made elsewhere, as closing removes it, and long paths are refused. */
export async function leaveSocket(path: string): Promise<void> {
  const made = join(dirname(dirname(dirname(path))), basename(path).slice(-8));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(made, resolve));
  await rename(made, path);
  await new Promise((resolve) => server.close(resolve));
}
