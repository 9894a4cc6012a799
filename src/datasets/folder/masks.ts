import { join } from 'node:path';
import { VOID } from '../../base/class-mask.js';
import { DataError } from '../../base/errors.js';
import { isDirectory } from '../../base/read-file.js';
import type { Size } from '../../base/size.js';
import { readMask } from '../masks.js';
import { listFiles, type PictureIndex, stemOf } from './pictures.js';

/** The masks of a folder: a palette or grey PNG per picture, of its path but for the ending. */
export class Masks {
  readonly #root: string;
  readonly #of: ReadonlyMap<string, string>;
  /** Masks of no picture. */
  readonly orphans: readonly string[];

  private constructor(root: string, of: ReadonlyMap<string, string>, orphans: readonly string[]) {
    this.#root = root;
    this.#of = of;
    this.orphans = orphans;
  }

  /** @throws DataError when there is no such folder, or no PNG in it */
  static async open(root: string, stems: PictureIndex): Promise<Masks> {
    if (!(await isDirectory(root))) throw new DataError(`${root}: there is no such folder of masks`);
    const files = await listFiles(root, (name) => /\.png$/i.test(name));
    if (files.length === 0) throw new DataError(`${root}: no PNG in the folder of masks`);
    const of = new Map<string, string>();
    const orphans: string[] = [];
    for (const file of files) {
      const found = stems.find(stemOf(file));
      if ('path' in found && !of.has(found.path)) of.set(found.path, file);
      else orphans.push(file);
    }
    return new Masks(root, of, orphans);
  }

  has(picture: string): boolean {
    return this.#of.has(picture);
  }

  /**
   * The path of the picture's mask, which is read once to be checked.
   * @throws DataError naming the mask: of another size, of classes that there are not, or of 0 and 255 alone
   */
  async of(picture: string, classCount: number, size: Size): Promise<{ readonly maskPath?: string }> {
    const file = this.#of.get(picture);
    if (file === undefined) return {};
    const maskPath = join(this.#root, file);
    const { data } = await readMask(maskPath, classCount, size);
    if (data.includes(VOID) && data.every((value) => value === 0 || value === VOID)) {
      throw new DataError(
        `${maskPath}: holds 0 and 255 alone, and 255 means void: write 1 for the first class, 2 for the second, …`,
      );
    }
    return { maskPath };
  }
}
