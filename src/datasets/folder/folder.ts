import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, DataError } from '../../base/errors.js';
import { didYouMean } from '../../base/nearest.js';
import { quote } from '../../base/quote.js';
import { isDirectory } from '../../base/read-file.js';
import type { ClassInfo, Sample } from '../../base/sample.js';
import { imageSize } from '../../images/decode.js';
import { type Dataset, makeDataset } from '../dataset.js';
import { configuredFile, readLines } from '../files.js';
import { defineDataset, type SpecWith } from '../kind.js';
import { isDemonstration } from '../provenance.js';
import { classIndices } from '../truth.js';
import { checkAnyKnown, classFinder, readClassList } from './class-list.js';
import { CORNERS } from './corners.js';
import { FORMATS, formatOf } from './format.js';
import { Masks } from './masks.js';
import { leftOut, maskNotes } from './notes.js';
import { isPicture, listFiles, PictureIndex, spelling, stemOf } from './pictures.js';
import { readTruths } from './read-truths.js';
import type { Truths } from './truths.js';
import { yoloSplit } from './yolo-files.js';

/*
 * Pictures of one's own: a folder, with subfolders as classes, a table of boxes, or the export of an annotation tool. A
 * picture's id is its path below the folder, ending included, so that two of one name in two subfolders are two.
 */

const path = z.string().min(1);

const KEYS = {
  pictures: path.optional().meta({
    description: 'the folder of the pictures, from `root`.',
    unset: '`root`',
  }),
  boxes: path.optional().meta({
    description:
      'a CSV file, a COCO JSON, a folder of VOC XML or YOLO text files, or a YOLO `data.yaml`, from `root` ([datasets.md](datasets.md#folder)).',
    unset: 'no boxes',
  }),
  format: z.enum(FORMATS).optional().meta({
    description: 'the format of `boxes`.',
    unset: 'by the ending, or what is in the folder',
  }),
  corners: z.enum(CORNERS).optional().meta({
    description:
      'what coordinates of CSV and VOC count: pixels from 0 or from 1, the last one in the box, or edges.',
    unset: 'CSV `pixels`, VOC `pixels-from-1`',
  }),
  masks: path.optional().meta({
    description: 'a folder of PNG masks named like the pictures, from `root`.',
    unset: 'no masks',
  }),
  labels: z.enum(['folders', 'none']).optional().meta({
    description: 'whether the subfolders of the pictures are their classes.',
    unset: '`folders` without `boxes`, where all pictures are in subfolders',
  }),
};
type FolderSpec = SpecWith<typeof KEYS>;

async function openFolder(spec: FolderSpec): Promise<Dataset> {
  const root = resolve(spec.root);
  const { folder, boxes, names } = await placesOf(spec, root);
  const masksRoot = spec.masks === undefined ? undefined : resolve(root, spec.masks);
  if (!(await isDirectory(folder))) throw new ConfigError(`dataset.pictures: there is no folder ${folder}`);
  const all = await listFiles(folder, isPicture, masksRoot);
  const paths = masksRoot === folder ? withoutMasks(all) : all;
  if (paths.length === 0) throw new DataError(`${folder}: no pictures in it (jpg, png, gif, webp, tiff)`);
  const stems = new PictureIndex(folder, paths, stemOf);
  const configured = spec.classes === undefined ? undefined : await readClassList(root, spec.classes);
  const annotations = {
    root,
    folder,
    paths,
    stems,
    corners: spec.corners,
    format: boxes?.format,
    names,
    configured: configured?.map(({ id }) => id),
  };
  const truths = boxes && (await readTruths({ ...annotations, path: boxes.path, format: boxes.format }));
  const byFolder = labelsFromFolders(spec, folder, paths);
  const classes = configured ?? classesOf(root, truths, byFolder ? paths : undefined);
  const find = classFinder(classes);
  const classIndexOf = (name: string, where: string) => {
    const found = find(name);
    if (typeof found === 'string') throw new DataError(`${where}: ${found}`);
    return found;
  };
  if (spec.classes !== undefined)
    checkAnyKnown(byFolder ? folderNames(paths) : (truths?.classes ?? []), find, boxes?.path ?? folder);
  const masks = masksRoot === undefined ? undefined : await Masks.open(masksRoot, stems);
  const listed = truths?.listed;
  const usable = byFolder || listed === undefined ? paths : [...listed.keys()];
  const orphans = truths?.orphans ?? new Map<string, string>();
  // With classes from folders, too, what is annotated without a picture is a failure.
  const faulty = [...(listed ?? [])].flatMap(([id, found]) => ('fault' in found ? [id] : []));
  const ids = await selectPictures(
    [...new Set([...usable, ...faulty, ...orphans.keys()])].sort(),
    spec,
    root,
  );

  const load = async (id: string): Promise<Sample> => {
    const found = listed?.get(id);
    const fault = orphans.get(id) ?? (found && 'fault' in found ? found.fault : undefined);
    if (fault !== undefined) throw new DataError(fault);
    const imagePath = join(folder, id);
    const size = await imageSize(imagePath);
    const own = found && truths ? await truths.load({ id, path: imagePath, size, classIndexOf }) : undefined;
    const objects = (own?.objects ?? []).map((object) => ({
      ...object,
      className: classes[object.classIndex]!.id,
    }));
    const ofObjects = [...new Set([...(own?.labels ?? []), ...classIndices(objects)])].sort((a, b) => a - b);
    const labels = byFolder ? [classIndexOf(topFolder(id), imagePath)] : ofObjects;
    if (byFolder && ofObjects.length > 0 && !ofObjects.includes(labels[0]!))
      throw new DataError(
        `${imagePath}: no object of ${quote(topFolder(id))}, which its folder says that it shows`,
      );
    const mask = await masks?.of(id, classes.length, size);
    const annotatedSize = own?.annotatedSize ?? size;
    return { id, imagePath, labels, objects, size, annotatedSize, blacklisted: false, ...mask };
  };
  const demonstration = await isDemonstration(spec, [root]);
  return makeDataset({
    name: spec.name,
    provenance: demonstration ? 'demonstration' : 'own',
    ...{ classes, ids, load },
    lacks: {
      ...(truths === undefined && !byFolder
        ? { labels: 'set dataset.boxes, or put the pictures into a folder per class' }
        : {}),
      ...(truths?.hasBoxes
        ? {}
        : { boxes: truths ? `${boxes!.path} has none` : 'dataset.boxes names their file or folder' }),
      ...(masks === undefined ? { masks: 'dataset.masks names their folder' } : {}),
    },
    notes: [...leftOut(paths, usable, truths), ...maskNotes(usable, masks, masksRoot)],
    annotations: truths?.file,
  });
}

/** Where pictures and annotations are; a `data.yaml` of YOLO says that itself. */
async function placesOf(spec: FolderSpec, root: string) {
  if (spec.boxes === undefined) {
    const extra = (['format', 'corners', 'split'] as const).find((key) => spec[key] !== undefined);
    if (extra !== undefined)
      throw new ConfigError(`dataset.${extra}: says something of boxes, but dataset.boxes is not set`);
    return { folder: resolve(root, spec.pictures ?? '.'), boxes: undefined, names: undefined };
  }
  const path = resolve(root, spec.boxes);
  const format = await formatOf(path, spec.format);
  if (spec.corners !== undefined && (format === 'coco' || format === 'yolo'))
    throw new ConfigError(`dataset.corners: the coordinates of ${format} have one meaning; remove it`);
  if (format === 'yolo' && !(await isDirectory(path))) {
    const { pictures, labels, names } = await yoloSplit(path, spec.split);
    const folder = spec.pictures === undefined ? pictures : resolve(root, spec.pictures);
    return { folder, boxes: { path: labels, format }, names };
  }
  if (spec.split !== undefined)
    throw new ConfigError(
      'dataset.split: a folder has no splits, but for a YOLO data.yaml; name its folder in root or pictures',
    );
  return { folder: resolve(root, spec.pictures ?? '.'), boxes: { path, format }, names: undefined };
}

/** Where masks lie among the pictures, a PNG is one if there is another picture of its name. */
function withoutMasks(paths: readonly string[]): readonly string[] {
  const others = new Set(paths.filter((one) => !/\.png$/i.test(one)).map(stemOf));
  return paths.filter((one) => !/\.png$/i.test(one) || !others.has(stemOf(one)));
}

const topFolder = (id: string) => id.slice(0, id.indexOf('/'));
const folderNames = (paths: readonly string[]) => [...new Set(paths.map(topFolder))].sort();

/** @throws ConfigError when some pictures are in subfolders and some are not, and nothing says whether these are classes */
function labelsFromFolders({ labels, boxes }: FolderSpec, folder: string, paths: readonly string[]): boolean {
  const beside = paths.filter((one) => !one.includes('/'));
  if (labels === 'none' || (labels === undefined && boxes !== undefined)) return false;
  if (beside.length === 0) return true;
  if (beside.length === paths.length && labels === undefined) return false;
  throw new ConfigError(
    `dataset.labels: ${folder} holds pictures in subfolders and beside them (${quote(beside[0]!)}); move these, or set labels: none`,
  );
}

function classesOf(
  root: string,
  truths: Truths | undefined,
  labelled: readonly string[] | undefined,
): readonly ClassInfo[] {
  const names = labelled === undefined ? truths?.classes : folderNames(labelled);
  if (names !== undefined && names.length > 0) return names.map((name) => ({ id: name, name }));
  throw new ConfigError(
    `dataset.classes: nothing in ${root} names the classes; name a file with the network's, one a line (imagenet for ImageNet's 1000)`,
  );
}

/** The ids of the `images` file in its order, or all. @throws DataError for one that there is not, or twice */
async function selectPictures(
  ids: readonly string[],
  { images }: FolderSpec,
  root: string,
): Promise<readonly string[]> {
  if (images === undefined) return ids;
  const path = await configuredFile(root, images);
  const known = new Map(ids.map((id) => [spelling(id), id]));
  const chosen = (await readLines(path, 'the list of images')).map((line) => {
    const id = known.get(spelling(line));
    if (id !== undefined) return id;
    throw new DataError(
      `${path}: the image ${quote(line)} is not in the data set ${root}${didYouMean(line, ids.slice(0, 2000))}`,
    );
  });
  if (chosen.length === 0) throw new DataError(`${path}: the list of images is empty`);
  const again = chosen.find((id, at) => chosen.indexOf(id) !== at);
  if (again !== undefined) throw new DataError(`${path}: the image ${quote(again)} is listed twice`);
  return chosen;
}

export const folder = defineDataset({
  name: 'folder',
  description: 'pictures of your own: subfolders as classes, CSV, or exports of COCO, VOC and YOLO',
  labels: { own: 'own data' },
  keys: KEYS,
  open: openFolder,
});
