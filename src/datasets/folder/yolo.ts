import { join } from 'node:path';
import type { Box } from '../../base/box.js';
import { DataError } from '../../base/errors.js';
import { quote } from '../../base/quote.js';
import type { Size } from '../../base/size.js';
import { exifOrientation } from '../../images/exif.js';
import { readText } from '../files.js';
import { boxInStoredPixels } from '../truth.js';
import { listFiles } from './pictures.js';
import type { Annotations, Truths } from './truths.js';
import { pairs } from './voc.js';

/*
 * YOLO's text files: a line `class cx cy width height` per object, in shares of the sides. As its trainers read them: a
 * picture without a file has no objects, and what reaches beyond the border is cut off.
 */

/** Text files that lie beside the labels and are none. */
const OTHER = /^(?:classes|train|val|valid|test|predefined_classes|readme.*|license.*)\.txt$/i;
export const isLabelFile = (name: string) => /\.txt$/i.test(name) && !OTHER.test(name);

const MAX_BYTES = 4 * 1024 * 1024;

/** An object's class, counted from 0, and its box in shares of the sides. */
export interface YoloLine {
  readonly classNumber: number;
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
}

/** @throws DataError naming `where`: not five numbers, a class that is no whole number, a share not within 0…1, no extent */
export function yoloLine(text: string, where: string): YoloLine {
  const words = text.trim().split(/\s+/);
  if (words.length !== 5) {
    const more =
      words.length > 5 ? '; outlines, turned boxes and confidences are not read: export boxes' : '';
    throw new DataError(`${where}: ${words.length} numbers, expected class cx cy width height${more}`);
  }
  const numbers = words.map((word) =>
    /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(word) ? Number(word) : Number.NaN,
  );
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(`${where}: ${quote(words[bad]!)} is no number`);
  const [classNumber, cx, cy, width, height] = numbers as [number, number, number, number, number];
  if (!Number.isInteger(classNumber) || classNumber < 0)
    throw new DataError(`${where}: the class ${words[0]} is no whole number from 0`);
  if ([cx, cy, width, height].some((share) => share < 0 || share > 1))
    throw new DataError(`${where}: ${words.slice(1).join(' ')} are not shares of the sides, 0 to 1`);
  if (width === 0 || height === 0)
    throw new DataError(`${where}: the box ${words.slice(1).join(' ')} is empty; remove the line`);
  return { classNumber, cx, cy, width, height };
}

/** The box in pixels, counted from 0 and inclusive; its fractions are kept, and it may reach beyond the image. */
export function yoloBox({ cx, cy, width, height }: YoloLine, size: Size): Box {
  return {
    x0: (cx - width / 2) * size.width,
    y0: (cy - height / 2) * size.height,
    x1: (cx + width / 2) * size.width - 1,
    y1: (cy + height / 2) * size.height - 1,
  };
}

/** @param names of the classes by their number; undefined where no file gives them */
export async function readYoloFolder(
  { path, stems }: Annotations,
  names: readonly string[] | undefined,
  every: readonly string[],
): Promise<Truths> {
  const files = await listFiles(path, isLabelFile);
  const { fileOf, orphans } = pairs(path, files, stems);
  return {
    classes: names,
    hasBoxes: files.length > 0,
    // A picture without a file is one without objects.
    listed: new Map(every.map((picture) => [picture, { path: picture }])),
    orphans,
    word: `text file in ${path}`,
    load: async (picture) => {
      const own = fileOf.get(picture.id);
      if (own === undefined) return { objects: [], annotatedSize: picture.size };
      const file = join(path, own);
      const lines = (await readText(file, 'the file of boxes', MAX_BYTES)).split('\n');
      const turn = lines.some((line) => line.trim() !== '') ? await exifOrientation(picture.path) : 1;
      if (turn > 1)
        throw new DataError(
          `${file}: EXIF orientation ${turn} turns ${picture.path}, and shares do not say which picture they are of; save it upright and annotate that`,
        );
      const objects = lines.flatMap((line, index) => {
        if (line.trim() === '') return [];
        const where = `${file}: line ${index + 1}`;
        const read = yoloLine(line, where);
        const className = names?.[read.classNumber];
        if (className === undefined)
          throw new DataError(
            `${where}: there is no class ${read.classNumber}; the names go from 0 to ${(names?.length ?? 0) - 1}`,
          );
        const stored = boxInStoredPixels(yoloBox(read, picture.size), picture.size, picture.size);
        if (stored === undefined) throw new DataError(`${where}: the box lies outside the picture`);
        const classIndex = picture.classIndexOf(className, where);
        return [{ className, classIndex, ...stored, difficult: false, truncated: false, occluded: false }];
      });
      return { objects, annotatedSize: picture.size };
    },
  };
}
