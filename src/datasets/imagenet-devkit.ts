import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import { firstFile, listFolder, readLines } from './files.js';
import { validationNumber } from './imagenet-index.js';
import { devkitFolders } from './imagenet-lists.js';

/**
 * The wnid of a validation image by its id, from the development kit: line n of the ground truth is the
 * ILSVRC2012_ID of image n, and map_clsloc.txt gives that ID's wnid. (The IDs are in an order of their own, not in
 * that of the wnids.) The returned function throws DataError.
 */
export async function readGroundTruth(root: string): Promise<(id: string) => string> {
  const folders = devkitFolders(root);
  const truth = await firstFile(
    folders.flatMap((folder) => [
      join(folder, 'ILSVRC2012_validation_ground_truth.txt'),
      join(folder, 'ILSVRC2014_clsloc_validation_ground_truth.txt'),
    ]),
  );
  if (truth === undefined) {
    throw new DataError(
      `${root}: no labels; put LOC_val_solution.csv or ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt there`,
    );
  }
  const mapping = await firstFile(folders.map((folder) => join(folder, 'map_clsloc.txt')));
  if (mapping === undefined) {
    throw new DataError(
      `${truth}: its numbers need map_clsloc.txt (of the CLS-LOC devkit) in the same folder`,
    );
  }
  const wnids = new Map<string, string>();
  for (const line of await readLines(mapping, 'the class map')) {
    const [wnid = '', number = ''] = line.split(/\s+/);
    wnids.set(number, wnid);
  }
  const numbers = await readLines(truth, 'the ground truth');
  return (id) => {
    const line = validationNumber(id);
    if (line === undefined)
      throw new DataError(`${truth}: gives labels only to ILSVRC2012_val_*, not to ${id}`);
    const number = numbers[line - 1];
    if (number === undefined) throw new DataError(`${truth}: has no line ${line}, the label of ${id}`);
    const wnid = wnids.get(number);
    if (wnid === undefined) throw new DataError(`${mapping}: has no class ${number}, the label of ${id}`);
    return wnid;
  };
}

/** The validation images that ILSVRC left out of localization, by number; empty without such a list. */
export async function readBlacklist(root: string): Promise<ReadonlySet<number>> {
  for (const folder of devkitFolders(root)) {
    const name = (await listFolder(folder)).find((entry) =>
      /^ILSVRC\d{4}_.*validation_blacklist\.txt$/.test(entry),
    );
    if (name === undefined) continue;
    const path = join(folder, name);
    const numbers = (await readLines(path, 'the blacklist')).map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
      throw new DataError(`${path}: must hold one image number per line`);
    }
    return new Set(numbers);
  }
  return new Set();
}
