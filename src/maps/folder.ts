import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { BenchError, DataError, messageOf } from '../base/errors.js';
import { FileMissing } from '../base/read-file.js';
import type { ClassInfo } from '../base/sample.js';
import { readGreyPng } from '../images/grey-png.js';
import { type MappedClass, MOST_VALUES, readNpyMaps, readNpzMaps } from './array-maps.js';
import { type ClassWords, classWords } from './class-words.js';
import { PREDICTIONS, type Predictions, readPredictions } from './predictions.js';

const KINDS = ['npz', 'npy', 'png'] as const;
type Kind = (typeof KINDS)[number];

/** The maps of one method: a file for each image, or one for each image and class. */
export class MapsFolder {
  readonly path: string;
  /** Undefined of a folder without maps. */
  readonly kind: Kind | undefined;
  readonly #words: ClassWords;
  readonly #predictions: Predictions | undefined;
  /** The names of each image's files. */
  readonly #files: ReadonlyMap<string, readonly string[]>;
  readonly #tables: readonly string[];

  private constructor(
    path: string,
    kind: Kind | undefined,
    files: ReadonlyMap<string, readonly string[]>,
    tables: readonly string[],
    predictions: Predictions | undefined,
    words: ClassWords,
  ) {
    this.path = path;
    this.kind = kind;
    this.#files = files;
    this.#tables = tables;
    this.#predictions = predictions;
    this.#words = words;
  }

  /**
   * Lists a folder.
   * @param shared the folder whose predictions.csv holds where this one has none
   * @param ids of the data set
   * @param classes of the data set
   * @throws DataError for what cannot be listed, for maps of two kinds, and for a wrong predictions.csv
   */
  static async open(
    path: string,
    shared: string,
    ids: readonly string[],
    classes: readonly ClassInfo[],
  ): Promise<MapsFolder> {
    let names: string[];
    try {
      // Ids may be paths below a data set's folder, with `/` on any system.
      names = (await readdir(path, { recursive: true })).map((name) => name.replaceAll(sep, '/'));
    } catch (error) {
      throw new DataError(`${path}: the folder of the maps cannot be read (${messageOf(error)})`);
    }
    const words = classWords(classes);
    const found = KINDS.map((kind) => ({ kind, files: filesOf(kind, names, new Set(ids)) }));
    const [first, second] = found.filter(({ files }) => files.size > 0);
    if (first !== undefined && second !== undefined) {
      throw new DataError(
        `${path}: maps as .${first.kind} and as .${second.kind}; one folder holds one kind`,
      );
    }
    const tables = [...new Set([join(path, PREDICTIONS), join(shared, PREDICTIONS)])];
    for (const table of tables) {
      const predictions = await readPredictions(table, words);
      if (predictions === undefined) continue;
      return new MapsFolder(path, first?.kind, first?.files ?? new Map(), [table], predictions, words);
    }
    return new MapsFolder(path, first?.kind, first?.files ?? new Map(), [], undefined, words);
  }

  has(id: string): boolean {
    return this.#files.has(id);
  }

  /** Paths of an image's files. */
  filesOf(id: string): readonly string[] {
    return (this.#files.get(id) ?? []).map((name) => join(this.path, name));
  }

  /** Paths of the files that are read beside the images' own. */
  get tables(): readonly string[] {
    return this.#tables;
  }

  /**
   * An image's classes with their maps, in the order of its file.
   * @returns undefined where it has no file
   * @throws DataError naming the file; BenchError where a file is gone that was there
   */
  async read(id: string): Promise<readonly MappedClass[] | undefined> {
    const files = this.filesOf(id);
    if (files.length === 0) return undefined;
    const predictions = this.#predictions?.get(id);
    try {
      if (this.kind === 'npz') return await readNpzMaps(files[0]!, this.#words, predictions);
      if (this.kind === 'npy') return await readNpyMaps(files[0]!, predictions);
      return await this.#pictures(id, files);
    } catch (error) {
      if (!(error instanceof FileMissing)) throw error;
      throw new BenchError(`${error.message}, though it did when the run began; bring it back`);
    }
  }

  /** Classes as predicted, then those that have a picture alone. */
  async #pictures(id: string, files: readonly string[]): Promise<readonly MappedClass[]> {
    const pictures = new Map<number, MappedClass['map']>();
    for (const path of files) {
      const word = path.slice(join(this.path, id).length + 1, -'.png'.length);
      let classIndex: number;
      try {
        classIndex = this.#words.ofWord(word);
      } catch (error) {
        throw new DataError(`${path}: ${messageOf(error)}`);
      }
      if (pictures.has(classIndex)) throw new DataError(`${path}: a second map of the same class`);
      pictures.set(classIndex, await readGreyPng(path, MOST_VALUES));
    }
    const predicted = this.#predictions === undefined ? [] : this.#predictions.get(id);
    if (predicted === undefined) {
      // Their names would rank them: the first class would be the best guess.
      throw new DataError(`${files[0]}: no line of ${this.#tables[0]} is of the image ${id}`);
    }
    const named = new Set(predicted.map(({ classIndex }) => classIndex));
    const others = [...pictures.keys()].filter((one) => !named.has(one)).sort((a, b) => a - b);
    return [
      ...predicted.map((one) => ({ ...one, map: pictures.get(one.classIndex) })),
      ...others.map((classIndex) => {
        return { classIndex, score: undefined, probability: undefined, map: pictures.get(classIndex) };
      }),
    ];
  }
}

/** The files of one kind by the images that they belong to; names of other images are no fault. */
function filesOf(kind: Kind, names: readonly string[], ids: ReadonlySet<string>) {
  const files = new Map<string, string[]>();
  for (const name of names) {
    if (!name.endsWith(`.${kind}`)) continue;
    const stem = name.slice(0, -kind.length - 1);
    const id = kind === 'png' ? stem.slice(0, Math.max(0, stem.lastIndexOf('.'))) : stem;
    if (!ids.has(id)) continue;
    const own = files.get(id);
    if (own === undefined) files.set(id, [name]);
    else own.push(name);
  }
  for (const own of files.values()) own.sort();
  return files;
}
