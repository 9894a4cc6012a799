import { DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import type { ClassInfo } from '../base/sample.js';
import type { Size } from '../base/size.js';
import { checkedId } from './dataset.js';
import { readSections, TOO_LONG } from './json-sections.js';

/** An object's mask as the file has it: polygons x0, y0, x1, y1, …; run lengths, packed into text or not; or none. */
export type Segmentation =
  | { readonly polygons: readonly Float64Array[] }
  | { readonly counts: string | Float64Array; readonly size: Size };

export interface CocoObject {
  readonly id: number;
  readonly categoryId: number;
  /** x, y, width, height, in pixels between edges. */
  readonly bbox: readonly [number, number, number, number];
  /** Of the mask, in pixels; undefined where the file has none. */
  readonly area: number | undefined;
  readonly crowd: boolean;
  readonly segmentation: Segmentation | undefined;
}

export interface CocoImage {
  /** The file's name without its ending, unless the reader was told otherwise. */
  readonly id: string;
  readonly fileName: string;
  readonly size: Size;
  /** In the file's order; or why one of them is wrong, which makes this image a failure and no other. */
  readonly objects: (CocoObject | DataError)[];
}

export interface CocoAnnotations {
  /** Ascending by the file's number of the image, as torchvision and TorchRay order them; by id. */
  readonly images: ReadonlyMap<string, CocoImage>;
  /** Ascending by the file's number of the category, the order of networks trained on COCO. */
  readonly categories: readonly (ClassInfo & { readonly number: number })[];
}

/**
 * Reads an instances file, element by element. An object with a fault is kept as its error.
 * @param idOf the id of the image of a file name that stands at `where`
 * @throws DataError naming the file: not JSON or cut off; a list is missing; an image or category is broken or
 *   repeated; an object names an unknown image or category
 */
export async function readCoco(
  path: string,
  idOf: (fileName: string, where: string) => string = idOfFile,
): Promise<CocoAnnotations> {
  const images = new Map<number, CocoImage>();
  const names = new Map<number, string>();
  const objects = new Map<number, (CocoObject | DataError)[]>();
  const used = new Map<number, number>();
  await readSections(path, 'the annotation file', {
    images: (element, index) => {
      const where = `${path}: image ${index + 1}`;
      const [number, image] = readImage(record(element, where), where, idOf);
      if (images.has(number)) throw new DataError(`${where}: the id ${number} stands there twice`);
      images.set(number, image);
    },
    categories: (element, index) => {
      const where = `${path}: category ${index + 1}`;
      const category = record(element, where);
      const number = whole(category.id, `${where}: id`);
      if (names.has(number)) throw new DataError(`${where}: the id ${number} stands there twice`);
      names.set(number, text(category.name, `${where}: name`));
    },
    annotations: (element, index) => {
      const where = `${path}: annotation ${index + 1}`;
      const annotation = record(element, where);
      const image = whole(annotation.image_id, `${where}: image_id`);
      const own = objects.get(image) ?? [];
      objects.set(image, own);
      const object = attempt(() => readObject(annotation, where));
      own.push(object);
      if (!(object instanceof DataError)) used.set(object.categoryId, object.id);
    },
  });
  for (const [number, own] of objects) {
    const image = images.get(number);
    if (image === undefined)
      throw new DataError(`${path}: an annotation has image_id ${number}, no image has that id`);
    image.objects.push(...own);
  }
  for (const [number, id] of used) {
    if (!names.has(number))
      throw new DataError(`${path}: annotation ${id} has category_id ${number}, no category has`);
  }
  return { images: byId(images, path), categories: inOrder(names, path) };
}

function byId(images: ReadonlyMap<number, CocoImage>, path: string): ReadonlyMap<string, CocoImage> {
  const named = new Map<string, CocoImage>();
  for (const [, image] of [...images].sort(([a], [b]) => a - b)) {
    if (named.has(image.id)) throw new DataError(`${path}: two images are called ${quote(image.id)}`);
    named.set(image.id, image);
  }
  return named;
}

function inOrder(names: ReadonlyMap<number, string>, path: string): CocoAnnotations['categories'] {
  const categories = [...names]
    .sort(([a], [b]) => a - b)
    .map(([number, name]) => ({ number, id: name, name }));
  const seen = new Set<string>();
  for (const { name } of categories) {
    if (seen.has(name)) throw new DataError(`${path}: two categories are called ${quote(name)}`);
    seen.add(name);
  }
  if (categories.length === 0) throw new DataError(`${path}: the list of categories is empty`);
  return categories;
}

function attempt(read: () => CocoObject): CocoObject | DataError {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** COCO's own files are all in one folder. */
const idOfFile = (fileName: string, where: string) => checkedId(fileName.replace(/\.[^.]*$/, ''), where);

function readImage(
  image: JsonRecord,
  where: string,
  idOf: (fileName: string, where: string) => string,
): [number, CocoImage] {
  const number = whole(image.id, `${where}: id`);
  const fileName = text(image.file_name, `${where}: file_name`);
  const id = idOf(fileName, `${where}: file_name`);
  const size = {
    width: side(image.width, `${where}: width`),
    height: side(image.height, `${where}: height`),
  };
  return [number, { id, fileName, size, objects: [] }];
}

function readObject(annotation: JsonRecord, where: string): CocoObject {
  const id = whole(annotation.id, `${where}: id`);
  const here = `${where} (id ${id})`;
  const long = Object.keys(annotation).find((key) => annotation[key] === TOO_LONG);
  if (long !== undefined) throw new DataError(`${here}: ${quote(long)} holds ${TOO_LONG.description}`);
  const bbox = numbers(annotation.bbox, `${here}: bbox`);
  if (bbox.length !== 4)
    throw new DataError(`${here}: bbox has ${bbox.length} numbers, expected x, y, width, height`);
  const { iscrowd = 0 } = annotation;
  if (iscrowd !== 0 && iscrowd !== 1) throw new DataError(`${here}: iscrowd must be 0 or 1`);
  return {
    id,
    categoryId: whole(annotation.category_id, `${here}: category_id`),
    bbox: [bbox[0]!, bbox[1]!, bbox[2]!, bbox[3]!],
    area: optionalNumber(annotation.area, `${here}: area`),
    crowd: iscrowd === 1,
    segmentation: readSegmentation(annotation.segmentation, `${here}: segmentation`),
  };
}

function readSegmentation(value: unknown, where: string): Segmentation | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return { polygons: value.map((polygon, i) => corners(polygon, `${where}: polygon ${i + 1}`)) };
  }
  const { counts, size } = record(value, where);
  const [height, width, ...rest] = numbers(size, `${where}: size`);
  if (rest.length > 0) throw new DataError(`${where}: size must be height and width`);
  return {
    counts: typeof counts === 'string' ? counts : numbers(counts, `${where}: counts`),
    size: { width: side(width, `${where}: size`), height: side(height, `${where}: size`) },
  };
}

function corners(value: unknown, where: string): Float64Array {
  const xy = numbers(value, where);
  if (xy.length % 2 === 1) throw new DataError(`${where}: an odd number of coordinates (${xy.length})`);
  if (xy.length < 6) throw new DataError(`${where}: ${xy.length / 2} corners, expected 3 or more`);
  return xy;
}

function record(value: unknown, where: string): JsonRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw new DataError(`${where}: expected an object`);
}

function numbers(value: unknown, where: string): Float64Array {
  if (!Array.isArray(value)) throw new DataError(`${where}: expected a list of numbers`);
  const bad = value.findIndex((one) => typeof one !== 'number' || !Number.isFinite(one));
  if (bad >= 0) throw new DataError(`${where}: number ${bad + 1} is ${shown(value[bad])}`);
  return Float64Array.from(value as number[]);
}

function optionalNumber(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new DataError(`${where} is ${shown(value)}, expected a number`);
}

/** Lists and objects may be nested deeper than anything walks along. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quote(JSON.stringify(value.slice(0, 100)));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function whole(value: unknown, where: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new DataError(`${where}: expected a whole number`);
}

function side(value: unknown, where: string): number {
  const length = whole(value, where);
  if (length < 1) throw new DataError(`${where}: is ${length}, expected 1 or more`);
  return length;
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new DataError(`${where}: expected a text`);
}
