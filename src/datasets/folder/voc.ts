import { basename, join } from 'node:path';
import { readAnnotation } from '../annotation.js';
import { boxOfCorners } from './corners.js';
import { listFiles, type PictureIndex, stemOf } from './pictures.js';
import { type Annotations, annotatedSize, type Truths } from './truths.js';

/** XML files in the form of PASCAL VOC, one per picture and of its name; what `<filename>` says is not read. */
export async function readVocFolder({
  path,
  corners = 'pixels-from-1',
  stems,
}: Annotations): Promise<Truths> {
  const files = await listFiles(path, (name) => /\.xml$/i.test(name));
  const { listed, fileOf, orphans } = pairs(path, files, stems);
  return {
    classes: undefined,
    hasBoxes: files.length > 0,
    listed,
    orphans,
    word: `XML file in ${basename(path)}`,
    load: async (picture) => {
      const file = join(path, fileOf.get(picture.id)!);
      const { size, objects } = await readAnnotation(file);
      const spoken = await annotatedSize(size, picture, file);
      return {
        objects: objects.map((object, index) => {
          const where = `${file}: object ${index + 1}`;
          const classIndex = picture.classIndexOf(object.className, where);
          return { ...object, classIndex, ...boxOfCorners(object.box, corners, spoken, picture.size, where) };
        }),
        annotatedSize: spoken,
      };
    },
  };
}

/** The pictures that files beside or apart from them are named like. */
export function pairs(path: string, files: readonly string[], stems: PictureIndex) {
  const listed = new Map<string, { readonly path: string } | { readonly fault: string }>();
  const fileOf = new Map<string, string>();
  const orphans = new Map<string, string>();
  for (const file of files) {
    const found = stems.find(stemOf(file));
    if ('fault' in found) {
      orphans.set(stemOf(file), `${join(path, file)}: ${found.fault}`);
      continue;
    }
    const other = fileOf.get(found.path);
    if (other !== undefined)
      orphans.set(
        stemOf(file),
        `${join(path, file)}: ${join(path, other)} is of the same picture ${found.path}`,
      );
    else {
      fileOf.set(found.path, file);
      listed.set(found.path, found);
    }
  }
  return { listed, fileOf, orphans };
}
