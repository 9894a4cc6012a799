import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import { isDirectory } from '../base/read-file.js';
import type { ClassInfo } from '../base/sample.js';
import { checkedId } from './dataset.js';
import { firstFile, listFolder } from './files.js';
import { readGroundTruth } from './imagenet-devkit.js';
import {
  annotationFolder,
  type ImagenetEntry,
  type ImagenetIndex,
  imageId,
  isWnid,
  sortedEntries,
} from './imagenet-index.js';
import type { ImagenetSpec } from './imagenet-keys.js';
import { imagenetClasses, readSolution } from './imagenet-lists.js';

type Layout = NonNullable<ImagenetSpec['layout']>;
type Reader = (spec: ImagenetSpec, split: string) => Promise<ImagenetIndex>;

const READERS: Readonly<Record<Layout, Reader>> = {
  kaggle: readKaggle,
  flat: readFlat,
  folders: readFolders,
};

/** Lists the images of the split with their labels, in whichever arrangement they lie. */
export async function readImagenetIndex(spec: ImagenetSpec, split: string): Promise<ImagenetIndex> {
  return READERS[spec.layout ?? (await detectLayout(spec.root, split))](spec, split);
}

async function detectLayout(root: string, split: string): Promise<Layout> {
  if (await isDirectory(kaggleImages(root, split))) return 'kaggle';
  if (await wnidFolder(root, split)) return 'folders';
  if (await flatFolder(root, split)) return 'flat';
  throw new DataError(
    `${root}: found no ImageNet images: neither ILSVRC/Data/CLS-LOC/${split}/, nor ${split}/n01440764/, nor ${split}/*.JPEG`,
  );
}

/** The tree of the Kaggle competition. Images are listed by the solution file, so no folder is read. */
async function readKaggle(spec: ImagenetSpec, split: string): Promise<ImagenetIndex> {
  const { root } = spec;
  const labels = await readSolution(join(root, `LOC_${split}_solution.csv`));
  const images = kaggleImages(root, split);
  const entries = [...labels].map(
    ([id, wnid]) => [id, { imagePath: join(images, `${id}.JPEG`), wnid }] as const,
  );
  return finish(spec, split, entries, undefined);
}

/** The original archives unpacked: all images in one folder, the labels in the development kit. */
async function readFlat(spec: ImagenetSpec, split: string): Promise<ImagenetIndex> {
  const { root } = spec;
  const folder = await flatFolder(root, split);
  if (folder === undefined) throw new DataError(`${root}: no images in it nor in ${split}/`);
  const wnidOf = await flatLabels(root, split);
  const entries = (await listFolder(folder)).flatMap((name) => {
    const id = imageId(name);
    if (id === undefined) return [];
    return [[checkedId(id, folder), { imagePath: join(folder, name), wnid: wnidOf(id) }] as const];
  });
  return finish(spec, split, entries, undefined);
}

/** One folder per class, as the frameworks' example scripts arrange them. */
async function readFolders(spec: ImagenetSpec, split: string): Promise<ImagenetIndex> {
  const folder = await wnidFolder(spec.root, split);
  if (folder === undefined)
    throw new DataError(`${spec.root}: no folder named like n01440764 in it nor in ${split}/`);
  const wnids = (await listFolder(folder)).filter(isWnid);
  const entries: (readonly [string, ImagenetEntry])[] = [];
  for (const wnid of wnids) {
    for (const name of await listFolder(join(folder, wnid))) {
      const id = imageId(name);
      if (id === undefined) continue;
      const path = join(folder, wnid);
      entries.push([checkedId(id, path), { imagePath: join(path, name), wnid }]);
    }
  }
  return finish(spec, split, entries, wnids);
}

async function finish(
  spec: ImagenetSpec,
  split: string,
  entries: readonly (readonly [string, ImagenetEntry])[],
  folderWnids: readonly string[] | undefined,
): Promise<ImagenetIndex> {
  if (entries.length === 0) throw new DataError(`${spec.root}: the split ${split} holds no images`);
  const classes: readonly ClassInfo[] | undefined =
    (await imagenetClasses(spec)) ?? folderWnids?.map((id) => ({ id, name: id }));
  if (classes === undefined) {
    throw new DataError(
      `${spec.root}: no list of classes; put LOC_synset_mapping.txt there or name one with the key classes`,
    );
  }
  const annotations = spec.boxes === false ? undefined : await annotationFolder(spec.root, split);
  return { entries: sortedEntries(entries), classes, annotations };
}

async function flatLabels(root: string, split: string): Promise<(id: string) => string> {
  const solution = await firstFile([join(root, `LOC_${split}_solution.csv`)]);
  if (solution === undefined) return readGroundTruth(root);
  const labels = await readSolution(solution);
  return (id) => {
    const wnid = labels.get(id);
    if (wnid === undefined) throw new DataError(`${solution}: has no line for the image ${id}`);
    return wnid;
  };
}

function kaggleImages(root: string, split: string): string {
  return join(root, 'ILSVRC', 'Data', 'CLS-LOC', split);
}

function wnidFolder(root: string, split: string): Promise<string | undefined> {
  return folderWith([join(root, split), root], isWnid);
}

function flatFolder(root: string, split: string): Promise<string | undefined> {
  return folderWith([join(root, split), root], (name) => imageId(name) !== undefined);
}

async function folderWith(folders: readonly string[], wanted: (name: string) => boolean) {
  for (const folder of folders) if ((await listFolder(folder)).some(wanted)) return folder;
  return undefined;
}
