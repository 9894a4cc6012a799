import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../base/errors.js';
import { isDirectory, isFile } from '../base/read-file.js';
import type { Sample } from '../base/sample.js';
import { imageSize } from '../images/decode.js';
import { readAnnotation } from './annotation.js';
import { classLookup } from './classes.js';
import type { Dataset } from './dataset.js';
import { makeDataset, readIds, selectIds } from './dataset.js';
import { firstFile, listFolder } from './files.js';
import { defineDataset, type SpecWith } from './kind.js';
import { isDemonstration } from './provenance.js';
import { defaultSplit } from './splits.js';
import { classIndices, truthInStoredPixels } from './truth.js';
import { hasForeignClass, vocClasses } from './voc-classes.js';
import { provenanceFolders, vocFolder, yearOf } from './voc-folder.js';
import { vocPictures } from './voc-pictures.js';

const KEYS = {
  pictures: z.string().min(1).optional().meta({
    description: 'the folder of the pictures, from `root`.',
    unset: 'JPEGImages',
  }),
  year: z.int().optional().meta({
    description: '2007 or 2012 ([datasets.md](datasets.md)).',
    unset: "the data set's",
  }),
  task: z.enum(['detection', 'segmentation']).optional().meta({
    description: 'which list of images is read ([datasets.md](datasets.md)).',
    unset: "the data set's",
  }),
};
type VocSpec = SpecWith<typeof KEYS>;

/**
 * PASCAL VOC 2007 or 2012 (or data in its format). The split is a list in ImageSets/Main, for segmentation in
 * ImageSets/Segmentation; by default `test` for 2007 and `val` for 2012, the ones whose annotations are public.
 */
async function openVoc(spec: VocSpec): Promise<Dataset> {
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
  const masks = await Promise.all(MASKS.map((name) => isDirectory(join(folder, name))));
  const lacks = masks.includes(true) ? {} : { masks: `${folder} has no ${MASKS[0]}` };
  return makeDataset({
    name: spec.name,
    provenance: demonstration ? 'demonstration' : 'voc',
    classes,
    ids,
    lacks,
    load,
  });
}

async function splitList(spec: VocSpec, folder: string): Promise<string> {
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

const MASKS = ['SegmentationClass', 'SegmentationClassAug'];

/** The mask of VOC itself, or else that of the set augmented by SBD (Hariharan et al. 2011). */
async function findMask(spec: VocSpec, folder: string, id: string): Promise<string | undefined> {
  const folders = MASKS.map((name) => join(folder, name));
  const path = await firstFile(folders.map((masks) => join(masks, `${id}.png`)));
  if (path === undefined && spec.task === 'segmentation') {
    throw new DataError(`${folder}: no mask SegmentationClass/${id}.png or SegmentationClassAug/${id}.png`);
  }
  return path;
}

export const voc = defineDataset({
  name: 'voc',
  description: 'PASCAL VOC 2007 and 2012: boxes, and masks where there are any',
  labels: { voc: 'Pascal VOC' },
  keys: KEYS,
  open: openVoc,
});
