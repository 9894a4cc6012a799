import { closest } from 'fastest-levenshtein';
import { ConfigError } from '../errors.js';
import { openCoco } from './coco.js';
import { openImagenet } from './imagenet.js';
import type { Dataset } from './sample.js';
import type { DatasetSpec } from './spec.js';
import { openVoc } from './voc.js';

interface Entry {
  readonly description: string;
  readonly open: (spec: DatasetSpec) => Promise<Dataset>;
}

/** Every data set: to add one, write its file and a line here. */
const DATASETS: ReadonlyMap<string, Entry> = new Map([
  [
    'imagenet',
    {
      description: 'ILSVRC2012 classification with boxes: Kaggle tree, flat archive or a folder per class',
      open: openImagenet,
    },
  ],
  ['voc', { description: 'PASCAL VOC 2007 and 2012: boxes, and masks where there are any', open: openVoc }],
  ['coco', { description: 'COCO instances, 2014 and 2017: boxes and masks, crowds too', open: openCoco }],
]);

/** The data sets' names with a line of description each. */
export const datasetNames: readonly { readonly name: string; readonly description: string }[] = [
  ...DATASETS,
].map(([name, { description }]) => ({ name, description }));

/**
 * Opens a data set: reads its lists, but no image and no annotation. Throws ConfigError for an unknown name and
 * DataError when the files are not where they should be.
 */
export async function openDataset(spec: DatasetSpec): Promise<Dataset> {
  const entry = DATASETS.get(spec.name);
  if (entry === undefined) {
    const names = [...DATASETS.keys()];
    throw new ConfigError(
      `dataset: unknown name ${JSON.stringify(spec.name)}; did you mean ${closest(spec.name, names)}? known: ${names.join(', ')}`,
    );
  }
  return entry.open(spec);
}
