import { join, resolve } from 'node:path';
import { ConfigError, DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import { isDirectory } from '../base/read-file.js';
import type { Sample } from '../base/sample.js';
import { imageSize } from '../images/decode.js';
import { classLookup, configuredClasses } from './classes.js';
import { readCoco } from './coco-annotations.js';
import { hasForeignCategory } from './coco-classes.js';
import { objectsInStoredPixels } from './coco-truth.js';
import type { Dataset } from './dataset.js';
import { makeDataset, selectIds } from './dataset.js';
import { firstFile, listFolder } from './files.js';
import { defineDataset } from './kind.js';
import { checkCopy } from './plausible.js';
import { isDemonstration } from './provenance.js';
import type { CommonSpec } from './spec.js';
import { defaultSplit } from './splits.js';
import { classIndices } from './truth.js';

/**
 * COCO's instances (or data in their format), by default val2014. Every object brings its segmentation, as run lengths in
 * stored pixels; a crowd region is an object marked `crowd`, and not difficult, as in TorchRay.
 */
async function openCoco(spec: CommonSpec): Promise<Dataset> {
  const root = resolve(spec.root);
  const split = spec.split ?? defaultSplit('coco');
  if (!/^[\w-]+$/.test(split))
    throw new ConfigError(`split: ${JSON.stringify(split)} is not the name of a split`);
  const path = await annotationFile(root, split);
  const folder = await imageFolder(root, split);
  const { images, categories } = await readCoco(path);
  const classes = await configuredClasses(
    spec,
    categories.map(({ id, name }) => ({ id, name })),
  );
  const classIndexOf = classLookup(classes);
  const nameOf = new Map(categories.map(({ number, name }) => [number, name]));
  const ids = await selectIds([...images.keys()], { ...spec, root });
  const demonstration =
    hasForeignCategory(classes) || (await isDemonstration(spec, [root, join(root, 'annotations')]));

  const load = async (id: string): Promise<Sample> => {
    const image = images.get(id)!;
    const { fileName, size: annotatedSize } = image;
    const imagePath = join(folder, fileName);
    const size = await imageSize(imagePath);
    checkCopy(annotatedSize, size, `${path}: image ${quote(fileName)}`);
    const objects = objectsInStoredPixels(image, size, { path, nameOf, classIndexOf });
    const labels = classIndices(objects);
    return { id, imagePath, labels, objects, annotatedSize, size, blacklisted: false };
  };
  const provenance = demonstration ? 'demonstration' : 'coco';
  const lacks = { masks: "COCO's objects overlap, so an image has none of its own" };
  return makeDataset({ name: spec.name, provenance, classes, ids, lacks, load });
}

async function annotationFile(root: string, split: string): Promise<string> {
  const name = `instances_${split}.json`;
  const file = await firstFile([join(root, 'annotations', name), join(root, name)]);
  if (file !== undefined) return file;
  const there = (await listFolder(join(root, 'annotations')))
    .map((file) => /^instances_(.+)\.json$/.exec(file)?.[1])
    .filter((one) => one !== undefined);
  const advice = there.length > 0 ? `; there are: ${there.join(', ')}` : '';
  throw new DataError(`${root}: found no annotations/${name}${advice}`);
}

async function imageFolder(root: string, split: string): Promise<string> {
  for (const folder of [join(root, split), join(root, 'images', split), join(root, 'images')]) {
    if (await isDirectory(folder)) return folder;
  }
  throw new DataError(`${root}: found no folder of images ${split} or images/${split}`);
}

export const coco = defineDataset({
  name: 'coco',
  description: 'COCO instances, 2014 and 2017: boxes and masks, crowds too',
  labels: { coco: 'COCO' },
  keys: {},
  open: openCoco,
});
