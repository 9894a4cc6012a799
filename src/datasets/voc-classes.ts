import type { ClassInfo } from '../base/sample.js';
import { configuredClasses } from './classes.js';
import type { CommonSpec } from './spec.js';

/** The 20 classes in the order of the VOC devkit; class k has the palette index k + 1 in a mask. */
const VOC_CLASSES = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
] as const;

/** VOC's own classes, or those of the configured file. */
export function vocClasses(spec: CommonSpec): Promise<readonly ClassInfo[]> {
  return configuredClasses(
    spec,
    VOC_CLASSES.map((name) => ({ id: name, name })),
  );
}

/** Whether a class is not one of VOC's: then the pictures are not VOC's either, but made in its format. */
export function hasForeignClass(classes: readonly ClassInfo[]): boolean {
  const own = new Set<string>(VOC_CLASSES);
  return classes.some(({ id }) => !own.has(id));
}
