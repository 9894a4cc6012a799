import { join, resolve } from 'node:path';
import { ConfigError, DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import { isDirectory } from '../base/read-file.js';
import type { RunLengths } from '../base/run-lengths.js';
import type { ObjectTruth, Sample } from '../base/sample.js';
import type { Size } from '../base/size.js';
import { imageSize } from '../images/decode.js';
import { classLookup, configuredClasses } from './classes.js';
import { type CocoObject, readCoco, type Segmentation } from './coco-annotations.js';
import { checkObjects } from './coco-bounds.js';
import { hasForeignCategory } from './coco-classes.js';
import { paintPolygon } from './coco-polygon.js';
import { checkedRuns, countsOfString, resizeRuns, runsOf } from './coco-rle.js';
import type { Dataset } from './dataset.js';
import { makeDataset, selectIds } from './dataset.js';
import { firstFile, listFolder } from './files.js';
import { checkCopy } from './plausible.js';
import { isDemonstration } from './provenance.js';
import type { DatasetSpec } from './spec.js';
import { defaultSplit } from './splits.js';
import { boxInStoredPixels, classIndices } from './truth.js';

/**
 * COCO's instances (or data in their format), by default val2014. Every object brings its segmentation, as run lengths in
 * stored pixels; a crowd region is an object marked `crowd`, and not difficult, as in TorchRay.
 */
export async function openCoco(spec: DatasetSpec): Promise<Dataset> {
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
    const { fileName, size: annotatedSize, objects: annotated } = images.get(id)!;
    const imagePath = join(folder, fileName);
    const size = await imageSize(imagePath);
    checkCopy(annotatedSize, size, `${path}: image ${quote(fileName)}`);
    checkObjects(annotated, annotatedSize, path);
    const objects = annotated.map((object): ObjectTruth => {
      if (object instanceof DataError) throw object;
      const where = `${path}: annotation ${object.id}`;
      const className = nameOf.get(object.categoryId)!;
      return {
        className,
        classIndex: classIndexOf(className, where),
        ...storedBox(object, annotatedSize, size, where),
        ...{ difficult: false, truncated: false, occluded: false },
        ...(object.crowd && { crowd: true }),
        ...regionOf(object.segmentation, annotatedSize, size, where),
      };
    });
    const labels = classIndices(objects);
    return { id, imagePath, labels, objects, annotatedSize, size, blacklisted: false };
  };
  const provenance = demonstration ? 'demonstration' : 'coco';
  return makeDataset({ name: spec.name, provenance, classes, ids, load });
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

/** COCO's boxes speak of edges: [x, x + width). A side of 0, which a few have, counts as one pixel. */
function storedBox(
  { bbox: [x, y, width, height] }: CocoObject,
  annotated: Size,
  stored: Size,
  where: string,
): Pick<ObjectTruth, 'box' | 'annotated'> {
  const box = { x0: x, y0: y, x1: x + (width || 1) - 1, y1: y + (height || 1) - 1 };
  const scaled = boxInStoredPixels(box, annotated, stored);
  if (width >= 0 && height >= 0 && scaled !== undefined) return scaled;
  throw new DataError(
    `${where}: bbox ${x},${y},${width},${height} is not within the ${annotated.width}x${annotated.height} image`,
  );
}

function regionOf(
  segmentation: Segmentation | undefined,
  annotated: Size,
  stored: Size,
  where: string,
): { readonly region?: RunLengths } {
  if (segmentation === undefined) return {};
  return { region: drawn(segmentation, annotated, stored, where) };
}

function drawn(segmentation: Segmentation, annotated: Size, stored: Size, where: string): RunLengths {
  if ('counts' in segmentation) {
    const { counts, size } = segmentation;
    if (size.width !== annotated.width || size.height !== annotated.height) {
      throw new DataError(
        `${where}: the mask is ${size.width}x${size.height}, its image ${annotated.width}x${annotated.height}`,
      );
    }
    const runs = typeof counts === 'string' ? countsOfString(counts, where) : [...counts];
    return resizeRuns(checkedRuns(runs, size, where), stored);
  }
  const columns = new Uint8Array(stored.width * stored.height);
  for (const polygon of segmentation.polygons) paintPolygon(polygon, annotated, columns, stored);
  return runsOf(columns, stored);
}
