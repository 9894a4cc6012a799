import { DataError } from '../base/errors.js';
import type { Heatmap } from '../base/heatmap.js';
import type { ClassInfo } from '../base/sample.js';
import type { MappedClass } from './array-maps.js';
import { MapsFolder } from './folder.js';

/** A class of an image with the maps of all methods. */
export interface RankedClass extends Omit<MappedClass, 'map'> {
  /** Per method; undefined where there is none. */
  readonly maps: readonly (Heatmap | undefined)[];
}

/** Whether each method has a map of the class. */
export function isMapped({ maps }: Pick<RankedClass, 'maps'>): boolean {
  return maps.length > 0 && maps.every((map) => map !== undefined);
}

/** What a network's files hold of one image. */
export interface ImageMaps {
  /** Best first, where the files rank them; else in their order. */
  readonly classes: readonly RankedClass[];
  /** Whether the order is that of the network's scores: of a single class it always is. */
  readonly ranked: boolean;
}

/** The maps of a network, a folder for each method. */
export class NetworkMaps {
  readonly folders: readonly MapsFolder[];

  private constructor(folders: readonly MapsFolder[]) {
    this.folders = folders;
  }

  /** @param paths a folder for each method @param shared where a predictions.csv for all of them may lie */
  static async open(
    paths: readonly string[],
    shared: string,
    ids: readonly string[],
    classes: readonly ClassInfo[],
  ): Promise<NetworkMaps> {
    return new NetworkMaps(
      await Promise.all(paths.map((path) => MapsFolder.open(path, shared, ids, classes))),
    );
  }

  /** Whether each method has a file of the image. */
  has(id: string): boolean {
    return this.folders.every((folder) => folder.has(id));
  }

  /**
   * @returns undefined where a method has no file of the image
   * @throws DataError naming the file, also where two methods' files are not of the same classes
   */
  async read(id: string): Promise<ImageMaps | undefined> {
    const read: (readonly MappedClass[])[] = [];
    for (const folder of this.folders) {
      const own = await folder.read(id);
      if (own === undefined) return undefined;
      read.push(own);
    }
    const first = read[0]!;
    const classesOf = (list: readonly MappedClass[]) => list.map(({ classIndex }) => classIndex).join();
    const other = read.findIndex((list) => classesOf(list) !== classesOf(first));
    if (other >= 0) {
      throw new DataError(
        `${this.folders[other]!.filesOf(id)[0]}: its classes are not those of ${this.folders[0]!.filesOf(id)[0]}`,
      );
    }
    const classes = first.map(({ classIndex, score, probability }, j): RankedClass => {
      return { classIndex, score, probability, maps: read.map((list) => list[j]!.map) };
    });
    // Those without a score follow; of equal ones the order of the file holds.
    const rank = ({ score }: RankedClass) => score ?? Number.NEGATIVE_INFINITY;
    const scored = classes.filter(({ score }) => score !== undefined).length;
    return {
      classes: classes.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a))),
      ranked: scored > 0 || classes.length < 2,
    };
  }
}
