import { DataError, messageOf } from '../base/errors.js';
import { FileMissing, readWholeText } from '../base/read-file.js';
import { parseCsv } from '../report/csv.js';
import { type ClassWords, repeatedClass } from './class-words.js';

export const PREDICTIONS = 'predictions.csv';

/** What a network said of one class of an image. */
export interface Prediction {
  /** Index into the data set's classes; −1 for none of them. */
  readonly classIndex: number;
  readonly score: number;
  /** 0…1, where the file has it. */
  readonly probability: number | undefined;
}

/** Per image, in the file's order. */
export type Predictions = ReadonlyMap<string, readonly Prediction[]>;

/**
 * Reads a predictions.csv: a head `image,class,score`, perhaps `probability`, and a line for each image and class. A class is an id
 * of the data set or a number from 0.
 * @returns undefined where there is none
 * @throws DataError naming the file and the line
 */
export async function readPredictions(path: string, words: ClassWords): Promise<Predictions | undefined> {
  let lines: string[][];
  try {
    // Spreadsheets begin a table with a byte order mark.
    lines = parseCsv((await readWholeText(path, 'predictions')).replace(/^\ufeff/, ''));
  } catch (error) {
    if (error instanceof FileMissing) return undefined;
    throw error instanceof DataError ? error : new DataError(`${path}: not a CSV table: ${messageOf(error)}`);
  }
  const [head = [], ...records] = lines;
  const at = (name: string) => head.indexOf(name);
  const missing = ['image', 'class', 'score'].find((name) => at(name) < 0);
  if (missing !== undefined) {
    throw new DataError(`${path}: no column \`${missing}\`; expected image,class,score`);
  }
  const all = new Map<string, Prediction[]>();
  for (const [index, cells] of records.entries()) {
    const where = `${path}: line ${index + 2}`;
    if (cells.length !== head.length) {
      throw new DataError(`${where} has ${cells.length} cells, its head has ${head.length}`);
    }
    const id = cells[at('image')]!;
    const probability = at('probability') < 0 ? undefined : numberOf(cells[at('probability')]!, where);
    if (probability !== undefined && (probability < 0 || probability > 1)) {
      throw new DataError(`${where}: a probability of ${probability}`);
    }
    const prediction = {
      classIndex: classOf(cells[at('class')]!, words, where),
      score: numberOf(cells[at('score')]!, where),
      probability,
    };
    const own = all.get(id);
    if (own === undefined) all.set(id, [prediction]);
    else own.push(prediction);
  }
  for (const [id, own] of all) {
    const twice = repeatedClass(own.map(({ classIndex }) => classIndex));
    if (twice !== undefined) throw new DataError(`${path}: the image ${id} has the class ${twice} twice`);
  }
  return all;
}

function classOf(word: string, words: ClassWords, where: string): number {
  try {
    return words.ofWord(word);
  } catch (error) {
    throw new DataError(`${where}: ${messageOf(error)}`);
  }
}

function numberOf(cell: string, where: string): number {
  const value = Number(cell);
  if (cell.trim() !== '' && Number.isFinite(value)) return value;
  throw new DataError(`${where}: expected a number, found ${JSON.stringify(cell)}`);
}
