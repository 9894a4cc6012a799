import { DataError, messageOf } from '../base/errors.js';
import type { Heatmap } from '../base/heatmap.js';
import { readBytes } from '../base/read-file.js';
import { type ClassWords, repeatedClass } from './class-words.js';
import { type NpyArray, readNpy } from './npy.js';
import { readNpz } from './npz.js';
import type { Prediction } from './predictions.js';

/** Values of one image's maps: 32 classes of a thousand pixels a side. */
export const MOST_VALUES = 2 ** 25;
const MOST_BYTES = 2 ** 28 + 2 ** 20;
const NAMES = ['maps', 'classes', 'scores', 'probabilities'];

/** A class of an image with its map. */
export interface MappedClass {
  readonly classIndex: number;
  /** What ranks the guesses; undefined where no file says it. */
  readonly score: number | undefined;
  readonly probability: number | undefined;
  /** Undefined where the class has none. */
  readonly map: Heatmap | undefined;
}

/** Reads `<id>.npz`. @param predictions of the image, for an archive without classes of its own */
export async function readNpzMaps(
  path: string,
  words: ClassWords,
  predictions: readonly Prediction[] | undefined,
): Promise<readonly MappedClass[]> {
  const arrays = await readNpz(await readBytes(path, 'maps', MOST_BYTES), path, NAMES, MOST_VALUES);
  const maps = arrays.get('maps');
  if (maps === undefined) throw new DataError(`${path}: no array \`maps\``);
  const planes = planesOf(maps, path);
  const classes = arrays.get('classes');
  if (classes === undefined) return joined(planes, predictions, path);
  const named = classesOf(classes, words, path);
  refuseCount(planes, named.length, `${path}: \`classes\``);
  const twice = repeatedClass(named);
  if (twice !== undefined) throw new DataError(`${path}: \`classes\` has the class ${twice} twice`);
  const list = (name: string) => {
    const array = arrays.get(name);
    if (array === undefined) return undefined;
    const values = numbersOf(array, `${path}: \`${name}\``);
    refuseCount(planes, values.length, `${path}: \`${name}\``);
    return values;
  };
  const scores = list('scores');
  const probabilities = list('probabilities');
  const beyond = probabilities?.find((value) => value < 0 || value > 1);
  if (beyond !== undefined) throw new DataError(`${path}: \`probabilities\` has ${beyond}`);
  return named.map((classIndex, j) => {
    return { classIndex, score: scores?.[j], probability: probabilities?.[j], map: planes[j] };
  });
}

/** Reads `<id>.npy`, whose classes are the image's lines of predictions.csv. */
export async function readNpyMaps(
  path: string,
  predictions: readonly Prediction[] | undefined,
): Promise<readonly MappedClass[]> {
  const array = readNpy(await readBytes(path, 'maps', MOST_BYTES), path, MOST_VALUES);
  return joined(planesOf(array, path), predictions, path);
}

function joined(
  planes: readonly Heatmap[],
  predictions: readonly Prediction[] | undefined,
  path: string,
): readonly MappedClass[] {
  if (predictions === undefined) {
    throw new DataError(`${path}: nothing says which classes these maps are of: no line of predictions.csv`);
  }
  refuseCount(planes, predictions.length, `${path}: predictions.csv`);
  return predictions.map((one, j) => ({ ...one, map: planes[j] }));
}

function refuseCount(planes: readonly Heatmap[], count: number, where: string): void {
  if (count === planes.length) return;
  throw new DataError(`${where} has ${count} entries, but there are ${planes.length} maps`);
}

/** [k, height, width], or [height, width] of one class, as maps of their own: none where k is 0. */
function planesOf({ type, shape, values }: NpyArray, where: string): readonly Heatmap[] {
  if (!(values instanceof Float32Array || values instanceof Float64Array) || !/^f|^u[12]$/.test(type)) {
    throw new DataError(`${where}: maps of the type ${type}; expected float16, float32 or float64`);
  }
  const [k, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (k === undefined || height === undefined || width === undefined || shape.length > 3) {
    throw new DataError(
      `${where}: maps of the shape [${shape.join(',')}]; expected [classes, height, width]`,
    );
  }
  if (k > 0 && height * width === 0)
    throw new DataError(`${where}: maps of the shape [${shape.join(',')}] hold nothing`);
  const area = height * width;
  return Array.from({ length: k }, (_, j) => {
    const data = Float32Array.from(values.subarray(j * area, (j + 1) * area));
    const bad = firstNotFinite(data);
    if (bad >= 0) {
      const at = `[${j},${Math.floor(bad / width)},${bad % width}]`;
      throw new DataError(
        `${where}: the value ${values[j * area + bad]} at ${at}; maps are finite numbers of float32`,
      );
    }
    return { data, width, height };
  });
}

/** Many times as fast as `findIndex`. */
function firstNotFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return i;
  return -1;
}

function classesOf(array: NpyArray, words: ClassWords, path: string): readonly number[] {
  const where = `${path}: \`classes\``;
  if (array.shape.length > 1)
    throw new DataError(`${where} has the shape [${array.shape.join(',')}]; expected [classes]`);
  try {
    const { values } = array;
    if (values instanceof Float32Array || values instanceof Float64Array)
      return Array.from(values, words.ofNumber);
    return values.map(words.ofWord);
  } catch (error) {
    throw new DataError(`${where}: ${messageOf(error)}`);
  }
}

function numbersOf({ shape, values }: NpyArray, where: string): readonly number[] {
  if (!(values instanceof Float32Array || values instanceof Float64Array) || shape.length > 1) {
    throw new DataError(`${where}: expected a list of numbers`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(`${where} has ${values[bad]} at place ${bad}`);
  return Array.from(values);
}
