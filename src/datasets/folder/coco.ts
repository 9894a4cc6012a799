import { basename } from 'node:path';
import { readCoco } from '../coco-annotations.js';
import { objectsInStoredPixels } from '../coco-truth.js';
import { checkedPath } from './pictures.js';
import { type Annotations, annotatedSize, type Truths } from './truths.js';

/** A file in the form of COCO's instances, whatever its name; its file names are paths below the folder, or ends of them. */
export async function readCocoFile({ path, index }: Annotations): Promise<Truths> {
  const idOf = (name: string, where: string) => {
    const checked = checkedPath(name.replaceAll('\\', '/').replace(/^(?:\.\/)+/, ''), where);
    const found = index.find(checked);
    return 'path' in found ? found.path : checked;
  };
  const { images, categories } = await readCoco(path, idOf);
  const nameOf = new Map(categories.map(({ number, name }) => [number, name]));
  return {
    classes: categories.map(({ name }) => name),
    hasBoxes: [...images.values()].some(({ objects }) => objects.length > 0),
    listed: new Map(
      [...images.keys()].map((id) => {
        const found = index.find(id);
        return [id, 'path' in found ? found : { fault: `${path}: ${found.fault}` }];
      }),
    ),
    file: path,
    word: `image in ${basename(path)}`,
    load: async (picture) => {
      const image = images.get(picture.id)!;
      const where = `${path}: image ${image.fileName}`;
      const size = await annotatedSize(image.size, picture, where);
      const { classIndexOf } = picture;
      const objects = objectsInStoredPixels(image, picture.size, { path, nameOf, classIndexOf });
      return { objects, annotatedSize: size };
    },
  };
}
