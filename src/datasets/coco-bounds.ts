import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { CocoObject } from './coco-annotations.js';
import { outlineLength } from './coco-polygon.js';
import { isNear } from './plausible.js';

/**
 * Points of outlines, on the grid of five to a pixel on which they are drawn, that an image may have in all: 1,000 objects, each
 * with an outline of 4,000 pixels. They are drawn within a second. A larger image may have as many as twice its pixels.
 */
const MOST_POINTS = 20_000_000;

/**
 * Holds boxes, areas and polygons against the image before any of them is drawn. Objects that could not be read are
 * passed over.
 *
 * @param size that the annotations speak of, which is held against the stored image already
 * @param path of the annotation file
 * @throws DataError naming the file, the object and the field
 */
export function checkObjects(objects: readonly (CocoObject | DataError)[], size: Size, path: string): void {
  const image = `${size.width}x${size.height} image`;
  const most = Math.max(MOST_POINTS, 2 * size.width * size.height);
  let points = 0;
  for (const object of objects) {
    if (object instanceof DataError) continue;
    const where = `${path}: annotation ${object.id}`;
    const [x, y, width, height] = object.bbox;
    if (!isNear(size, x, y) || !isNear(size, x + width, y + height)) {
      throw new DataError(`${where}: bbox ${object.bbox} lies far beyond the ${image}`);
    }
    // Its own mask is at most the image; twice that is beyond every way of counting.
    if (object.area !== undefined && !(object.area >= 0 && object.area <= 2 * size.width * size.height)) {
      throw new DataError(`${where}: area is ${object.area}, which no object of a ${image} has`);
    }
    if (object.segmentation === undefined || !('polygons' in object.segmentation)) continue;
    for (const polygon of object.segmentation.polygons) {
      for (let i = 0; i < polygon.length; i += 2) {
        if (isNear(size, polygon[i]!, polygon[i + 1]!)) continue;
        const corner = `${polygon[i]},${polygon[i + 1]}`;
        throw new DataError(`${where}: the polygon's corner ${corner} lies far beyond the ${image}`);
      }
      points += outlineLength(polygon);
      if (points > most) {
        throw new DataError(
          `${where}: with it the outlines of this ${image} are longer than ${most / 5} pixels`,
        );
      }
    }
  }
}
