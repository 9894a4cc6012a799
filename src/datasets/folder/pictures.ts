import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { DataError, messageOf } from '../../base/errors.js';
import { quote } from '../../base/quote.js';

/** Also endings that are not read: such a picture is a failure in words, and not passed over. */
const PICTURE = /\.(?:jpe?g|jfif|png|gif|webp|tiff?|bmp|avif|hei[cf]|jp2)$/is;

/** Names of the system's own files and folders, which are no part of the data. */
const SYSTEM = /^\.|^__MACOSX$/;

export const isPicture = (name: string) => PICTURE.test(name);

/** A path without the ending of its file. */
export const stemOf = (path: string) => path.replace(/\.[^./]*$/, '');

/** Letters outside of ASCII have two spellings; disks and lists may differ in it. */
export const spelling = (name: string) => name.normalize('NFC');

/**
 * Returns a path below a folder, as a list or a disk has it, when it is safe to show and to join.
 * @throws DataError naming the list: an empty part, `.` or `..`, a backslash, or a control character
 */
export function checkedPath(path: string, list: string): string {
  const parts = path.split('/');
  const isBad = (part: string) => part === '' || part === '.' || part === '..';
  if (path.length <= 1000 && !parts.some(isBad) && !/[\\\p{Cc}]/u.test(path)) return path;
  throw new DataError(
    `${list}: ${quote(path)} cannot be the name of a picture: write its path below the folder, with / and without ..`,
  );
}

/**
 * The files below a folder whose names are wanted, as paths with `/`, in ascending order of UTF-16. Links are followed;
 * names that begin with a dot are left out.
 * @param skip a folder that is not gone into
 * @throws DataError for a folder that cannot be read, a link that leads back, a name that nothing can show
 */
export async function listFiles(
  root: string,
  isWanted: (name: string) => boolean,
  skip?: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (below: string, above: readonly string[]): Promise<void> => {
    const folder = join(root, below);
    const here = await realpath(folder).catch(() => folder);
    if (above.includes(here)) throw new DataError(`${folder}: a link that leads back to ${here}; remove it`);
    for (const entry of await entriesOf(folder)) {
      if (SYSTEM.test(entry.name)) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (await isFolder(entry, join(root, path))) {
        if (join(root, path) !== skip) await walk(path, [...above, here]);
      } else if (isWanted(entry.name)) found.push(checkedPath(path, root));
    }
  };
  await walk('', []);
  return found.sort();
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new DataError(`${folder}: the folder cannot be read (${messageOf(error)})`);
  });
}

/** A link without a target counts as a file: a picture of that name is missing, which is said when it is read. */
async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

const LOOKED_THROUGH = 2000;

/** The picture whose file's name differs least: in its case or ending, or in a letter or two of a longer one. */
function nearestPicture(name: string, paths: readonly string[]): string | undefined {
  const plain = (path: string) => spelling(stemOf(path).split('/').at(-1)!).toLowerCase();
  const wanted = plain(name);
  const far = (path: string) => distance(wanted, plain(path));
  const [best] = paths
    .slice(0, LOOKED_THROUGH)
    .map((path) => ({ path, by: far(path) }))
    .toSorted((a, b) => a.by - b.by);
  return best !== undefined && best.by <= Math.min(2, wanted.length / 4) ? best.path : undefined;
}

/** Finds the pictures that lists speak of. */
export class PictureIndex {
  readonly #root: string;
  readonly #paths: readonly string[];
  /** By the last part of the path, as it is compared. */
  readonly #byName: ReadonlyMap<string, readonly string[]>;
  readonly #key: (path: string) => string;

  /** @param key what of a path is compared: all of it, or all but its ending */
  constructor(root: string, paths: readonly string[], key: (path: string) => string = (path) => path) {
    this.#root = root;
    this.#paths = paths;
    this.#key = (path) => spelling(key(path));
    const byName = new Map<string, string[]>();
    for (const path of paths) {
      const name = this.#key(path).split('/').at(-1)!;
      const others = byName.get(name);
      if (others === undefined) byName.set(name, [path]);
      else others.push(path);
    }
    this.#byName = byName;
  }

  /**
   * The picture whose path is `name`, or else the only one whose path ends with it.
   * @returns its path, or why there is none that is meant
   */
  find(name: string): { readonly path: string } | { readonly fault: string } {
    const wanted = spelling(name);
    const candidates = this.#byName.get(wanted.split('/').at(-1)!) ?? [];
    const exact = candidates.filter((path) => this.#key(path) === wanted);
    const fitting =
      exact.length > 0 ? exact : candidates.filter((path) => this.#key(path).endsWith(`/${wanted}`));
    if (fitting.length === 1) return { path: fitting[0]! };
    if (fitting.length > 1) {
      const shown = fitting.slice(0, 3).map((path) => quote(path));
      return {
        fault: `${quote(name)} may be ${shown.join(' or ')}; write the path below ${this.#root}, or rename one`,
      };
    }
    const near = nearestPicture(name, this.#paths);
    const meant = near === undefined ? '' : `; did you mean ${quote(near)}?`;
    return { fault: `there is no picture ${quote(name)} in ${this.#root}${meant}` };
  }
}
