import type { Box } from './box.js';
import type { RunLengths } from './run-lengths.js';
import type { Size } from './size.js';

/** A class as the data set names it: `id` is unique (a wnid, a VOC name), `name` is for people. */
export interface ClassInfo {
  readonly id: string;
  readonly name: string;
}

/** What may be known of an image: its classes, boxes round its objects, a segmentation by class. */
export type TruthKind = 'labels' | 'boxes' | 'masks';

/** One annotated object of an image. */
export interface ObjectTruth {
  /** The data set's own identifier of the class: a wnid for ImageNet, a name for VOC. */
  readonly className: string;
  /** Index into the data set's `classes`. */
  readonly classIndex: number;
  /** In pixels of the stored image (not of the annotation, whose size may differ), 0-based inclusive. */
  readonly box: Box;
  /**
   * The box as annotated, and the size of the annotated image. Only present where the stored copy has another size.
   * Measures with a grid of their own scale this box once.
   */
  readonly annotated?: { readonly box: Box; readonly size: Size } | undefined;
  readonly difficult: boolean;
  readonly truncated: boolean;
  readonly occluded: boolean;
  /** Its segmentation in stored pixels, where the data set has one for each object (COCO). */
  readonly region?: RunLengths | undefined;
  /** One region round many objects of the class (COCO's `iscrowd`). */
  readonly crowd?: boolean | undefined;
}

/** One image with its ground truth; the pixels are read later, from `imagePath`. */
export interface Sample {
  readonly id: string;
  readonly imagePath: string;
  /** Image-level classes, indices into the data set's `classes`, ascending, without repeats. */
  readonly labels: readonly number[];
  readonly objects: readonly ObjectTruth[];
  /** Size of the stored pixels. */
  readonly size: Size;
  /** Size that the annotation speaks of; boxes were scaled by stored/annotated when it differs from `size`. */
  readonly annotatedSize: Size;
  /** Left out of the localization denominator, kept in the classification one (ILSVRC devkit blacklist). */
  readonly blacklisted: boolean;
  /** Palette PNG of segmentation classes (255 = void) where the data set has one. */
  readonly maskPath?: string;
}
