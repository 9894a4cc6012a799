import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from '../base/errors.js';
import { FileMissing, readWholeText } from '../base/read-file.js';
import type { ClassInfo } from '../base/sample.js';
import type { FoundCard } from './find.js';
import { IMAGENET } from './schema.js';

/** Wnids and names of ILSVRC2012's 1000 classes; models/README.md says where they are from. */
/** The file of ImageNet's 1000 classes in the order of sorted wnids, which comes with this program. */
export const IMAGENET_CLASSES = fileURLToPath(new URL('../../models/imagenet-classes.txt', import.meta.url));

/**
 * Class names of lines: `n01440764 tench, Tinca tinca` has an id, any other line is one name.
 * @param where names them in messages
 * @throws DataError when there are none
 */
export function classesOfLines(lines: readonly string[], where: string): ClassInfo[] {
  const classes = lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const mapped = /^(n\d{8})\s+(.+)$/.exec(line);
      return mapped ? { id: mapped[1]!, name: mapped[2]! } : { id: line, name: line };
    });
  if (classes.length === 0) throw new DataError(`${where}: holds no class names`);
  return classes;
}

/**
 * Reads class names in the network's order: LOC_synset_mapping.txt (`n01440764 tench, Tinca tinca`), or one name a
 * line. @throws DataError naming the file
 */
export async function readLabels(path: string): Promise<ClassInfo[]> {
  const text = await readWholeText(path, 'a file of class names').catch((error: unknown) => {
    throw error instanceof FileMissing ? new DataError(`${path}: no such file of class names`) : error;
  });
  return classesOfLines(text.split(/\r?\n/), path);
}

/** ImageNet's 1000 classes in the order of sorted wnids. */
export function imagenetClassNames(): Promise<ClassInfo[]> {
  return readLabels(IMAGENET_CLASSES);
}

/** The class names that a card gives; undefined where it gives none. @throws DataError for a file that cannot be read */
export async function cardClasses({ card, from, file }: FoundCard): Promise<ClassInfo[] | undefined> {
  const { classes } = card;
  if (classes === undefined) return undefined;
  if (classes === IMAGENET) return imagenetClassNames();
  if (typeof classes !== 'string') return classesOfLines(classes, from);
  return readLabels(resolve(dirname(file ?? '.'), classes));
}
