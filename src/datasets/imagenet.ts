import { join, resolve } from 'node:path';
import { ConfigError, DataError } from '../base/errors.js';
import type { Sample } from '../base/sample.js';
import { imageSize } from '../images/decode.js';
import { readAnnotation } from './annotation.js';
import { classLookup } from './classes.js';
import type { Dataset } from './dataset.js';
import { makeDataset, selectIds } from './dataset.js';
import { readBlacklist } from './imagenet-devkit.js';
import { type ImagenetIndex, validationNumber } from './imagenet-index.js';
import { IMAGENET_KEYS, type ImagenetSpec } from './imagenet-keys.js';
import { readImagenetIndex } from './imagenet-layouts.js';
import { defineDataset } from './kind.js';
import { isDemonstration } from './provenance.js';
import { defaultSplit } from './splits.js';
import { type Truth, truthInStoredPixels } from './truth.js';

const VALIDATION_IMAGES = 50_000;
const CLASSES = 1000;

/**
 * ImageNet's ILSVRC2012 classification and localization set (or data in its format), by default `val`. Classes are in
 * ascending order of wnids; an image's label comes from the solution file, the development kit or its folder, and its
 * boxes from the XML file.
 */
async function openImagenet(spec: ImagenetSpec): Promise<Dataset> {
  const root = resolve(spec.root);
  const split = spec.split ?? defaultSplit('imagenet');
  if (!/^[\w-]+$/.test(split))
    throw new ConfigError(`split: ${JSON.stringify(split)} is not the name of a split`);
  const index = await readImagenetIndex({ ...spec, root }, split);
  if (index.annotations === undefined && spec.boxes !== false) {
    throw new DataError(
      `${root}: found no folder of XML boxes (such as bbox/${split}); add it, or set boxes: false for labels alone`,
    );
  }
  const classIndexOf = classLookup(index.classes);
  const blacklist = await readBlacklist(root);
  const ids = await selectIds([...index.entries.keys()], { ...spec, root });

  const load = async (id: string): Promise<Sample> => {
    const { imagePath, wnid } = index.entries.get(id)!;
    const annotationPath = index.annotations && join(index.annotations, `${id}.xml`);
    const [size, annotation] = await Promise.all([
      imageSize(imagePath),
      annotationPath === undefined ? undefined : readAnnotation(annotationPath),
    ]);
    const label = classIndexOf(wnid, imagePath);
    const truth: Truth =
      annotation && annotationPath !== undefined
        ? truthInStoredPixels(annotation, size, 0, annotationPath, classIndexOf)
        : { objects: [], annotatedSize: size };
    // Labels and boxes come from different files; this is where a ground truth in another order would show.
    if (annotationPath !== undefined && !truth.objects.some((object) => object.classIndex === label)) {
      throw new DataError(`${annotationPath}: no object of ${wnid}, which is the image's label`);
    }
    const blacklisted = blacklist.has(validationNumber(id) ?? 0);
    return { id, imagePath, labels: [label], ...truth, size, blacklisted };
  };
  const provenance = await imagenetProvenance({ ...spec, root }, index, ids);
  const lacks = {
    masks: 'ImageNet has none',
    ...(index.annotations === undefined ? { boxes: 'dataset.boxes is false' } : {}),
  };
  return makeDataset({ name: spec.name, provenance, classes: index.classes, ids, lacks, load });
}

async function imagenetProvenance(
  spec: ImagenetSpec,
  { classes }: ImagenetIndex,
  ids: readonly string[],
): Promise<Dataset['provenance']> {
  // ImageNet has no such wnids; data made in its format use them so as never to be taken for it.
  const invented = classes.some(({ id }) => id.startsWith('n9000'));
  if (invented || (await isDemonstration(spec, [spec.root]))) return 'demonstration';
  const complete =
    ids.length === VALIDATION_IMAGES &&
    classes.length === CLASSES &&
    ids.every((id) => (validationNumber(id) ?? Number.POSITIVE_INFINITY) <= VALIDATION_IMAGES);
  return complete ? 'imagenet-val' : 'imagenet-subset';
}

export const imagenet = defineDataset({
  name: 'imagenet',
  description: 'ILSVRC2012 classification with boxes: Kaggle tree, flat archive or a folder per class',
  labels: {
    'imagenet-val': 'ILSVRC-15 val',
    'imagenet-subset': 'sample of ImageNet val (not the whole set)',
  },
  comparable: ['imagenet-val'],
  keys: IMAGENET_KEYS,
  open: openImagenet,
});
