import type { Box } from '../base/box.js';
import type { RunLengths } from '../base/run-lengths.js';
import type { Size } from '../base/size.js';

/** One annotated object, as the evaluators see it. */
export interface TruthObject {
  /** Index into the data set's classes. */
  readonly classIndex: number;
  /** In pixels of the stored image, 0-based inclusive. */
  readonly box: Box;
  /**
   * Where the stored copy has another size than the annotation speaks of: the box in pixels of that size, 0-based
   * inclusive, for measures that scale it once to a grid of their own.
   */
  readonly annotated?: { readonly box: Box; readonly size: Size } | undefined;
  readonly difficult: boolean;
  readonly truncated: boolean;
  readonly occluded: boolean;
  /** Its segmentation in stored pixels, where the data set has one for each object (COCO). */
  readonly region?: RunLengths | undefined;
  /** One region round many objects of the class, which nobody counted (COCO's `iscrowd`). */
  readonly crowd?: boolean | undefined;
}

/** The ground truth of one image; a data set's sample is one. */
export interface ImageTruth {
  readonly id: string;
  /** Image-level classes, ascending, without repeats. */
  readonly labels: readonly number[];
  readonly objects: readonly TruthObject[];
  /** Size of the stored pixels. */
  readonly size: Size;
  /** Left out of the localization denominator. */
  readonly blacklisted: boolean;
}

/** A segmentation: row-major, 0 background, k + 1 the data set's class k, 255 void. */
export interface ClassMask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
