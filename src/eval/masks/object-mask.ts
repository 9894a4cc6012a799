import type { Box } from '../../base/box.js';
import { paintRuns } from '../../base/run-lengths.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import type { BinaryMask } from '../../base/threshold.js';

/** Objects of an image, and its size in stored pixels. */
export interface ObjectsOfImage {
  readonly objects: readonly Pick<ObjectTruth, 'classIndex' | 'box' | 'region'>[];
  readonly size: Size;
}

/**
 * The pixels of all objects of a class, 1 inside: an object's segmentation where the data set has one (COCO), or else
 * its whole box (VOC). Objects marked difficult or as a crowd count like any other. Where a scaled box ends within a
 * pixel, the pixel is inside when its centre is.
 */
export function objectMask({ objects, size }: ObjectsOfImage, classIndex: number): BinaryMask {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  for (const object of objects) {
    if (object.classIndex !== classIndex) continue;
    if (object.region === undefined) paintBox(object.box, width, height, data);
    else paintRuns(object.region, data);
  }
  return { data, width, height };
}

function paintBox({ x0, y0, x1, y1 }: Box, width: number, height: number, out: Uint8Array): void {
  const first = (edge: number) => Math.max(0, Math.ceil(edge - 0.5));
  const last = (edge: number, side: number) => Math.min(side - 1, Math.ceil(edge + 0.5) - 1);
  const [from, to] = [first(x0), last(x1, width)];
  if (to < from) return;
  for (let y = first(y0); y <= last(y1, height); y++) out.fill(1, y * width + from, y * width + to + 1);
}
