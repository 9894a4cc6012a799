import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import { isFile } from '../base/read-file.js';
import type { Sample } from '../base/sample.js';
import { imageSize } from '../images/decode.js';
import { readAnnotation } from './annotation.js';
import { classLookup } from './classes.js';
import type { Dataset } from './dataset.js';
import { makeDataset, readIds, selectIds } from './dataset.js';
import { firstFile, listFolder } from './files.js';
import { isDemonstration } from './provenance.js';
import type { DatasetSpec } from './spec.js';
import { defaultSplit } from './splits.js';
import { classIndices, truthInStoredPixels } from './truth.js';
import { hasForeignClass, vocClasses } from './voc-classes.js';
import { provenanceFolders, vocFolder, yearOf } from './voc-folder.js';
import { vocPictures } from './voc-pictures.js';

/**
 * PASCAL VOC 2007 or 2012 (or data in its format). The split is a list in ImageSets/Main, for segmentation in
 * ImageSets/Segmentation; by default `test` for 2007 and `val` for 2012, the ones whose annotations are public.
 */
export async function openVoc(spec: DatasetSpec): Promise<Dataset> {
  const folder = await vocFolder(spec);
  const pictureOf = await vocPictures(spec, folder);
  const classes = await vocClasses(spec);
  const classIndexOf = classLookup(classes);
  const ids = await selectIds(await readIds(await splitList(spec, folder)), spec);
  const demonstration = hasForeignClass(classes) || (await isDemonstration(spec, provenanceFolders(folder)));

  const load = async (id: string): Promise<Sample> => {
    const imagePath = pictureOf(id);
    const annotationPath = join(folder, 'Annotations', `${id}.xml`);
    const [size, annotation, maskPath] = await Promise.all([
      imageSize(imagePath),
      readAnnotation(annotationPath),
      findMask(spec, folder, id),
    ]);
    const truth = truthInStoredPixels(annotation, size, 1, annotationPath, classIndexOf);
    const labels = classIndices(truth.objects);
    return { id, imagePath, labels, ...truth, size, blacklisted: false, ...(maskPath && { maskPath }) };
  };
  return makeDataset({
    name: spec.name,
    provenance: demonstration ? 'demonstration' : 'voc',
    classes,
    ids,
    load,
  });
}

async function splitList(spec: DatasetSpec, folder: string): Promise<string> {
  const lists = join(folder, 'ImageSets', spec.task === 'segmentation' ? 'Segmentation' : 'Main');
  const split = spec.split ?? defaultSplit('voc', yearOf(folder));
  const path = join(lists, `${split}.txt`);
  if (/^[\w-]+$/.test(split) && (await isFile(path))) return path;
  const names = (await listFolder(lists))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4));
  const choice = names.length > 0 ? `there are: ${names.join(', ')}` : 'the folder holds no list';
  throw new DataError(`${lists}: no split ${JSON.stringify(split)}; ${choice}`);
}

/** The mask of VOC itself, or else that of the set augmented by SBD (Hariharan et al. 2011). */
async function findMask(spec: DatasetSpec, folder: string, id: string): Promise<string | undefined> {
  const folders = ['SegmentationClass', 'SegmentationClassAug'].map((name) => join(folder, name));
  const path = await firstFile(folders.map((masks) => join(masks, `${id}.png`)));
  if (path === undefined && spec.task === 'segmentation') {
    throw new DataError(`${folder}: no mask SegmentationClass/${id}.png or SegmentationClassAug/${id}.png`);
  }
  return path;
}
