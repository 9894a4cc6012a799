import { join } from 'node:path';
import { DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import type { ClassInfo } from '../base/sample.js';
import { checkedClasses } from './classes.js';
import { checkedId } from './dataset.js';
import { configuredFile, firstFile, readLines } from './files.js';
import { isWnid } from './imagenet-index.js';
import type { CommonSpec } from './spec.js';

/** The wnid of each image: `LOC_val_solution.csv`, lines `id,wnid x0 y0 x1 y1 …` after a heading. */
export async function readSolution(path: string): Promise<ReadonlyMap<string, string>> {
  const [heading, ...lines] = await readLines(path, 'the solution file');
  if (heading === undefined || !heading.startsWith('ImageId,')) {
    throw new DataError(`${path}: the first line must be ImageId,PredictionString`);
  }
  const labels = new Map<string, string>();
  lines.forEach((line, index) => {
    const [id = '', prediction = ''] = line.split(',');
    const wnid = prediction.trim().split(/\s+/, 1)[0] ?? '';
    if (!isWnid(wnid)) throw new DataError(`${path}: line ${index + 2} has no wnid after the comma`);
    if (labels.has(id)) throw new DataError(`${path}: the image ${quote(id)} is listed twice`);
    labels.set(checkedId(id, path), wnid);
  });
  return labels;
}

/**
 * The classes of a configuration or of the data's root in ascending order of wnids, which is the order of the
 * published networks' outputs; undefined when there is no such list. Its lines are `wnid name, other name, …`
 * (LOC_synset_mapping.txt, Caffe's synset_words.txt) or `wnid number name` (the devkit's map_clsloc.txt).
 */
export async function imagenetClasses(spec: CommonSpec): Promise<readonly ClassInfo[] | undefined> {
  const path =
    spec.classes === undefined
      ? await firstFile([
          join(spec.root, 'LOC_synset_mapping.txt'),
          join(spec.root, 'synset_words.txt'),
          ...devkitFolders(spec.root).map((folder) => join(folder, 'map_clsloc.txt')),
        ])
      : await configuredFile(spec.root, spec.classes);
  if (path === undefined) return undefined;
  const classes = (await readLines(path, 'the list of classes')).map((line, index) => {
    const [wnid = '', ...rest] = line.split(/\s+/);
    if (!isWnid(wnid))
      throw new DataError(`${path}: line ${index + 1} does not begin with a wnid such as n01440764`);
    const text = rest.join(' ').replace(/^\d+ /, '');
    return { id: wnid, name: text.split(',', 1)[0] || wnid };
  });
  return checkedClasses(
    classes.sort((a, b) => (a.id < b.id ? -1 : 1)),
    path,
  );
}

/** Where the files of ILSVRC's development kit may lie. */
export function devkitFolders(root: string): readonly string[] {
  return [
    join(root, 'ILSVRC2012_devkit_t12', 'data'),
    join(root, 'ILSVRC', 'devkit', 'data'),
    join(root, 'devkit', 'data'),
    join(root, 'data'),
    root,
  ];
}
