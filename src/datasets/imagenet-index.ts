import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import type { ClassInfo } from '../base/sample.js';
import { listFolder } from './files.js';

/** What an arrangement of ImageNet's files comes down to. */
export interface ImagenetIndex {
  /** In ascending order of ids. */
  readonly entries: ReadonlyMap<string, ImagenetEntry>;
  /** In ascending order of wnids. */
  readonly classes: readonly ClassInfo[];
  /** Folder of the XML files; undefined where there is none. */
  readonly annotations: string | undefined;
}

/** One image: where it is and its label. */
export interface ImagenetEntry {
  readonly imagePath: string;
  readonly wnid: string;
}

const WNID = /^n\d{8}$/;
// A line end in a name is part of the name, which is refused. If it were cut off, an image would be missing without
// being counted.
const IMAGE_NAME = /^(.+)\.(?:jpe?g|png)$/is;

export function isWnid(text: string): boolean {
  return WNID.test(text);
}

/** The id in an image's file name, undefined for other files. */
export function imageId(fileName: string): string | undefined {
  return IMAGE_NAME.exec(fileName)?.[1];
}

/** The number in ILSVRC2012_val_00000001, counted from 1; undefined for other ids. */
export function validationNumber(id: string): number | undefined {
  const match = /^ILSVRC2012_val_(\d{8})$/.exec(id);
  return match ? Number(match[1]) : undefined;
}

/** Entries in ascending order of ids. Throws DataError at an id that occurs twice. */
export function sortedEntries(
  entries: readonly (readonly [string, ImagenetEntry])[],
): ReadonlyMap<string, ImagenetEntry> {
  const sorted = new Map<string, ImagenetEntry>();
  for (const [id, entry] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const other = sorted.get(id);
    if (other) throw new DataError(`${entry.imagePath}: has the same id as ${other.imagePath}`);
    sorted.set(id, entry);
  }
  return sorted;
}

/** The first folder that holds XML files, of the places in which archives and mirrors put them. */
export async function annotationFolder(root: string, split: string): Promise<string | undefined> {
  const places = [
    join('ILSVRC', 'Annotations', 'CLS-LOC', split),
    join('Annotations', 'CLS-LOC', split),
    join('CLS-LOC', split),
    join('bbox', split),
    join('Annotations', split),
    split,
    'bbox',
    '.',
  ];
  for (const place of places) {
    const folder = join(root, place);
    if ((await listFolder(folder)).some((name) => name.endsWith('.xml'))) return folder;
  }
  return undefined;
}
