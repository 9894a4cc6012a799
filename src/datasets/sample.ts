import type { Box } from '../base/box.js';
import type { RunLengths } from '../base/run-lengths.js';
import type { Size } from '../base/size.js';

/** One annotated object of an image. */
export interface ObjectTruth {
  /** The data set's own identifier of the class: a wnid for ImageNet, a name for VOC. */
  readonly className: string;
  /** Index into the data set's `classes`. */
  readonly classIndex: number;
  /** In pixels of the stored image (not of the annotation, whose size may differ), 0-based inclusive. */
  readonly box: Box;
  /** The same box before it was scaled, and the size that it is of; only where that is not the stored one. */
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

/** A class as the data set names it: `id` is unique (a wnid, a VOC name), `name` is for people. */
export interface ClassInfo {
  readonly id: string;
  readonly name: string;
}

/**
 * A data set: its list of ids is known at once and in a fixed order, each sample is read when asked for.
 * Iterating yields every sample in order and throws a DataError at the first broken one; a caller that
 * wants to go on past broken samples uses `ids` and `load`.
 */
export interface Dataset extends AsyncIterable<Sample> {
  /** Registry name, e.g. `imagenet`. */
  readonly name: string;
  /** Which real data these are, for labelling results: only `imagenet-val` may stand beside the paper's numbers. */
  readonly provenance: 'imagenet-val' | 'imagenet-subset' | 'voc' | 'coco' | 'demonstration';
  readonly classes: readonly ClassInfo[];
  readonly ids: readonly string[];
  /** Reads one sample's annotation and image header. Throws DataError naming the file and what is wrong. */
  load(id: string): Promise<Sample>;
}
