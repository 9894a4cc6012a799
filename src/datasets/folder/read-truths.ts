import { readCocoFile } from './coco.js';
import { readCsv } from './csv.js';
import type { Format } from './format.js';
import { PictureIndex } from './pictures.js';
import type { Annotations, Truths } from './truths.js';
import { readVocFolder } from './voc.js';
import { readYoloFolder } from './yolo.js';
import { namesBeside } from './yolo-files.js';

interface Source extends Omit<Annotations, 'index'> {
  readonly format: Format;
  /** The folder of the pictures, and their paths in it. */
  readonly folder: string;
  readonly paths: readonly string[];
  /** Of the classes, where the annotations' own description gives them. */
  readonly names: readonly string[] | undefined;
  /** Those of `dataset.classes`. */
  readonly configured: readonly string[] | undefined;
}

/** Reads what of annotations is in one file, or lists their files. @throws DataError naming the file and the fault */
export async function readTruths({
  format,
  folder,
  paths,
  names,
  configured,
  ...rest
}: Source): Promise<Truths> {
  const source = { ...rest, index: new PictureIndex(folder, paths) };
  if (format === 'csv') return readCsv(source);
  if (format === 'coco') return readCocoFile(source);
  const beside = names ?? (await namesBeside(source.path, source.root));
  if (format === 'yolo') return readYoloFolder(source, beside ?? configured, paths);
  return { ...(await readVocFolder(source)), classes: beside };
}
