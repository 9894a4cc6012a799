import { DataError } from '../../base/errors.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import { exifOrientation } from '../../images/exif.js';
import { checkCopy } from '../plausible.js';
import type { Corners } from './corners.js';
import type { PictureIndex } from './pictures.js';

/** What a reader of annotations is told. */
export interface Annotations {
  /** The file or folder of `dataset.boxes`. */
  readonly path: string;
  /** As configured; undefined: the format's own. */
  readonly corners: Corners | undefined;
  readonly root: string;
  /** The pictures, by their paths or by these without the ending. */
  readonly index: PictureIndex;
  readonly stems: PictureIndex;
}

/** One image's truth in stored pixels. */
export interface PictureTruth {
  readonly objects: readonly ObjectTruth[];
  /** Classes that are there without a box. */
  readonly labels?: readonly number[];
  readonly annotatedSize: Size;
}

/** A picture that annotations speak of, at the moment when it is read. */
export interface ReadPicture {
  readonly id: string;
  readonly path: string;
  readonly size: Size;
  /** @throws DataError naming `where` and the class when it is unknown */
  readonly classIndexOf: (className: string, where: string) => number;
}

/** What a format of annotations comes down to. */
export interface Truths {
  /** The names of the classes in the file's own order; undefined where only each image's own file names them. */
  readonly classes: readonly string[] | undefined;
  /** The pictures that are annotated, by id; with why one cannot be found. Undefined: every picture counts. */
  readonly listed: ReadonlyMap<string, { readonly path: string } | { readonly fault: string }> | undefined;
  /** Entries of the annotations that belong to no picture. */
  readonly orphans?: ReadonlyMap<string, string>;
  /** Whether there are boxes at all. */
  readonly hasBoxes: boolean;
  /** The file, where all is in one. */
  readonly file?: string;
  /** How people call an annotation of one picture: `row in boxes.csv`. */
  readonly word: string;
  /** Only of pictures that are listed. @throws DataError */
  readonly load: (picture: ReadPicture) => Promise<PictureTruth>;
}

/**
 * The size that an annotation speaks of.
 * @param stated the one that it names, if it does
 * @throws DataError when the sides are swapped, as tools do that turn the picture first, or too different for a copy
 */
export async function annotatedSize(
  stated: Size | undefined,
  { path, size: stored }: Pick<ReadPicture, 'path' | 'size'>,
  where: string,
): Promise<Size> {
  if (stated === undefined) return stored;
  const isSame = stated.width === stored.width && stated.height === stored.height;
  if (isSame) return stored;
  if (stated.width === stored.height && stated.height === stored.width) {
    const turn = await exifOrientation(path);
    const why =
      turn > 1
        ? `EXIF orientation ${turn} turns it; boxes must refer to the stored pixels`
        : 'the sides are swapped';
    throw new DataError(
      `${where}: annotated as ${stated.width}x${stated.height}, but ${path} is stored as ${stored.width}x${stored.height}: ${why}; save the picture upright and annotate that`,
    );
  }
  checkCopy(stated, stored, where);
  return stated;
}
