import { type Box, boxHeight, boxWidth, clipBox, scaleBox } from '../base/box.js';
import { DataError } from '../base/errors.js';
import type { ObjectTruth } from '../base/sample.js';
import type { Size } from '../base/size.js';
import type { AnnotatedObject, Annotation } from './annotation.js';
import { isNear } from './plausible.js';

/** Where the data set's boxes count from: ILSVRC's top left pixel is (0, 0), VOC's is (1, 1). Both are inclusive. */
export type BoxOrigin = 0 | 1;

/** A box of less than this part of a pixel is none: the annotation's size has digits too many. */
const LEAST = 1 / 1000;

/** The ground truth of an image: its objects in stored pixels, and the size that the annotation speaks of. */
export interface Truth {
  readonly objects: readonly ObjectTruth[];
  readonly annotatedSize: Size;
}

/**
 * Brings an annotation to the stored pixels: coordinates counted from 0, clipped to the annotated image (some
 * ILSVRC files have xmax = width), then scaled by stored/annotated size. Throws DataError naming the file and the
 * object when a box is inverted, lies outside or reaches far beyond the image.
 */
export function truthInStoredPixels(
  annotation: Annotation,
  stored: Size,
  origin: BoxOrigin,
  path: string,
  classIndexOf: (className: string, where: string) => number,
): Truth {
  const annotatedSize = spokenOfSize(annotation, stored);
  const objects = annotation.objects.map((object, index): ObjectTruth => {
    const where = `${path}: object ${index + 1}`;
    return {
      ...object,
      classIndex: classIndexOf(object.className, where),
      ...boxesOf(object, annotatedSize, stored, origin, where),
    };
  });
  return { objects, annotatedSize };
}

/** The classes of the objects, ascending, without repeats. */
export function classIndices(objects: readonly ObjectTruth[]): readonly number[] {
  return [...new Set(objects.map((object) => object.classIndex))].sort((a, b) => a - b);
}

/**
 * A size with width and height of the stored one swapped is a slip of the annotation tool or an ignored EXIF
 * rotation. There the boxes refer to the stored pixels, and scaling would distort them.
 */
function spokenOfSize({ size, objects }: Annotation, stored: Size): Size {
  const swapped = size.width === stored.height && size.height === stored.width;
  const fits = objects.every(({ box }) => box.x1 <= stored.width && box.y1 <= stored.height);
  return swapped && fits ? stored : size;
}

/**
 * A box of the annotated image, counted from 0, clipped to it and scaled to the stored one, and where the two sizes differ
 * the clipped one beside it; undefined when outside.
 */
export function boxInStoredPixels(
  box: Box,
  annotated: Size,
  stored: Size,
): Pick<ObjectTruth, 'box' | 'annotated'> | undefined {
  const inside = clipBox(box, annotated.width, annotated.height);
  const [sx, sy] = [stored.width / annotated.width, stored.height / annotated.height];
  const scaled = inside && clipBox(scaleBox(inside, sx, sy), stored.width, stored.height);
  if (scaled === undefined) return undefined;
  if (annotated.width === stored.width && annotated.height === stored.height) return { box: scaled };
  return { box: scaled, annotated: { box: inside!, size: annotated } };
}

function boxesOf(
  { box }: AnnotatedObject,
  annotated: Size,
  stored: Size,
  origin: BoxOrigin,
  where: string,
): Pick<ObjectTruth, 'box' | 'annotated'> {
  if (box.x1 < box.x0) throw new DataError(`${where}: <xmax> is ${box.x1}, less than <xmin> ${box.x0}`);
  if (box.y1 < box.y0) throw new DataError(`${where}: <ymax> is ${box.y1}, less than <ymin> ${box.y0}`);
  for (const [x, y, corner] of [
    [box.x0, box.y0, '<xmin>,<ymin>'],
    [box.x1, box.y1, '<xmax>,<ymax>'],
  ] as const) {
    if (isNear(annotated, x, y)) continue;
    const size = `${annotated.width}x${annotated.height}`;
    throw new DataError(`${where}: ${corner} is ${x},${y}, far outside the ${size} image`);
  }
  const fromZero = { x0: box.x0 - origin, y0: box.y0 - origin, x1: box.x1 - origin, y1: box.y1 - origin };
  const scaled = boxInStoredPixels(fromZero, annotated, stored);
  if (scaled === undefined) {
    const size = `${annotated.width}x${annotated.height}`;
    throw new DataError(
      `${where}: <bndbox> ${box.x0},${box.y0},${box.x1},${box.y1} lies outside the ${size} image`,
    );
  }
  if (boxWidth(scaled.box) < LEAST || boxHeight(scaled.box) < LEAST) {
    throw new DataError(
      `${where}: <bndbox> ${box.x0},${box.y0},${box.x1},${box.y1} of a ${annotated.width}x${annotated.height} image ` +
        `is nothing in the stored ${stored.width}x${stored.height}`,
    );
  }
  return scaled;
}
