import { DataError } from '../base/errors.js';
import type { RunLengths } from '../base/run-lengths.js';
import type { ObjectTruth } from '../base/sample.js';
import type { Size } from '../base/size.js';
import type { CocoImage, CocoObject, Segmentation } from './coco-annotations.js';
import { checkObjects } from './coco-bounds.js';
import { paintPolygon } from './coco-polygon.js';
import { checkedRuns, countsOfString, resizeRuns, runsOf } from './coco-rle.js';
import { boxInStoredPixels } from './truth.js';

/** The file that an image's objects stand in, and how its numbers and names become classes. */
interface CocoFile {
  readonly path: string;
  readonly nameOf: ReadonlyMap<number, string>;
  readonly classIndexOf: (className: string, where: string) => number;
}

/**
 * The objects of an image with their boxes and segmentations in stored pixels.
 * @throws DataError naming the file and the object: one that is broken, or does not fit the image
 */
export function objectsInStoredPixels(
  { size: annotatedSize, objects: annotated }: CocoImage,
  size: Size,
  { path, nameOf, classIndexOf }: CocoFile,
): readonly ObjectTruth[] {
  checkObjects(annotated, annotatedSize, path);
  return annotated.map((object): ObjectTruth => {
    if (object instanceof DataError) throw object;
    const where = `${path}: annotation ${object.id}`;
    const className = nameOf.get(object.categoryId)!;
    return {
      className,
      classIndex: classIndexOf(className, where),
      ...storedBox(object, annotatedSize, size, where),
      ...{ difficult: false, truncated: false, occluded: false },
      ...(object.crowd && { crowd: true }),
      ...regionOf(object.segmentation, annotatedSize, size, where),
    };
  });
}

/** COCO's boxes speak of edges: [x, x + width). A side of 0, which a few have, counts as one pixel. */
function storedBox(
  { bbox: [x, y, width, height] }: CocoObject,
  annotated: Size,
  stored: Size,
  where: string,
): Pick<ObjectTruth, 'box' | 'annotated'> {
  const box = { x0: x, y0: y, x1: x + (width || 1) - 1, y1: y + (height || 1) - 1 };
  const scaled = boxInStoredPixels(box, annotated, stored);
  if (width >= 0 && height >= 0 && scaled !== undefined) return scaled;
  throw new DataError(
    `${where}: bbox ${x},${y},${width},${height} is not within the ${annotated.width}x${annotated.height} image`,
  );
}

function regionOf(
  segmentation: Segmentation | undefined,
  annotated: Size,
  stored: Size,
  where: string,
): { readonly region?: RunLengths } {
  if (segmentation === undefined) return {};
  return { region: drawn(segmentation, annotated, stored, where) };
}

function drawn(segmentation: Segmentation, annotated: Size, stored: Size, where: string): RunLengths {
  if ('counts' in segmentation) {
    const { counts, size } = segmentation;
    if (size.width !== annotated.width || size.height !== annotated.height) {
      throw new DataError(
        `${where}: the mask is ${size.width}x${size.height}, its image ${annotated.width}x${annotated.height}`,
      );
    }
    const runs = typeof counts === 'string' ? countsOfString(counts, where) : [...counts];
    return resizeRuns(checkedRuns(runs, size, where), stored);
  }
  const columns = new Uint8Array(stored.width * stored.height);
  for (const polygon of segmentation.polygons) paintPolygon(polygon, annotated, columns, stored);
  return runsOf(columns, stored);
}
