import { join, resolve } from 'node:path';
import { DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import { isDirectory } from '../base/read-file.js';
import { listFolder } from './files.js';
import type { CommonSpec } from './spec.js';

type PicturesSpec = CommonSpec & { readonly pictures?: string | undefined };

const JPEG = /\.jpe?g$/i;

/**
 * Where the picture of an id lies: in VOC's own JPEGImages, or in the folder that the key `pictures` names, from the root. There a name
 * may end as other data sets' do (.JPEG), so that two trees can share one folder of pictures.
 * @param folder the folder of the year
 * @throws DataError when the configured folder is none or holds no JPEG; the returned function, when it holds none of an id
 */
export async function vocPictures(spec: PicturesSpec, folder: string): Promise<(id: string) => string> {
  if (spec.pictures === undefined) return (id) => join(folder, 'JPEGImages', `${id}.jpg`);
  const pictures = resolve(spec.root, spec.pictures);
  if (!(await isDirectory(pictures))) throw new DataError(`dataset.pictures: ${pictures} is not a folder`);
  const names = (await listFolder(pictures)).filter((name) => JPEG.test(name));
  if (names.length === 0) {
    throw new DataError(`dataset.pictures: ${pictures} holds no file that ends in .jpg, .jpeg or .JPEG`);
  }
  const nameOf = new Map(names.map((name) => [name.replace(JPEG, ''), name]));
  return (id) => {
    const name = nameOf.get(id);
    if (name === undefined) {
      throw new DataError(`${pictures}: no picture of ${quote(id)} that ends in .jpg, .jpeg or .JPEG`);
    }
    return join(pictures, name);
  };
}
