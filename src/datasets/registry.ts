import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import { openCoco } from './coco.js';
import type { Dataset } from './dataset.js';
import { openImagenet } from './imagenet.js';
import { DEMONSTRATION_LABEL } from './provenance.js';
import type { DatasetSpec } from './spec.js';
import { openVoc } from './voc.js';

interface Entry {
  readonly description: string;
  /** How results name its data, by `Dataset.provenance`; `demonstration` has its label already. */
  readonly labels: Readonly<Record<string, string>>;
  /** Keys that mean something for this data set alone. */
  readonly keys: readonly (keyof DatasetSpec)[];
  readonly open: (spec: DatasetSpec) => Promise<Dataset>;
}

/** Every data set: to add one, write its file and an entry here. */
const DATASETS: ReadonlyMap<string, Entry> = new Map([
  [
    'imagenet',
    {
      description: 'ILSVRC2012 classification with boxes: Kaggle tree, flat archive or a folder per class',
      labels: {
        'imagenet-val': 'ILSVRC-15 val',
        'imagenet-subset': 'sample of ImageNet val (not the whole set)',
      },
      keys: ['layout', 'boxes'],
      open: openImagenet,
    },
  ],
  [
    'voc',
    {
      description: 'PASCAL VOC 2007 and 2012: boxes, and masks where there are any',
      labels: { voc: 'Pascal VOC' },
      keys: ['year', 'task', 'imageFolder'],
      open: openVoc,
    },
  ],
  [
    'coco',
    {
      description: 'COCO instances, 2014 and 2017: boxes and masks, crowds too',
      labels: { coco: 'COCO' },
      keys: [],
      open: openCoco,
    },
  ],
]);

/** The data sets' names with a line of description each. */
export const datasetNames: readonly { readonly name: string; readonly description: string }[] = [
  ...DATASETS,
].map(([name, { description }]) => ({ name, description }));

/**
 * Opens a data set: reads its lists, but no image and no annotation. Throws ConfigError for an unknown name and for a
 * key of another data set, and DataError when the files are not where they should be.
 */
export async function openDataset(spec: DatasetSpec): Promise<Dataset> {
  const entry = DATASETS.get(spec.name);
  if (entry === undefined) {
    throw new ConfigError(
      `dataset: unknown name ${JSON.stringify(spec.name)}${hint(spec.name, [...DATASETS.keys()])}`,
    );
  }
  // A key that this data set does not read would be ignored in silence.
  for (const [name, { keys }] of DATASETS) {
    const foreign = name === spec.name ? undefined : keys.find((key) => spec[key] !== undefined);
    if (foreign === undefined) continue;
    throw new ConfigError(
      `dataset.${foreign}: a key of ${name}, which ${spec.name} does not have; remove it`,
    );
  }
  const dataset = await entry.open(spec);
  // Found before a run of hours ends in results without a name for their data.
  provenanceLabel(dataset.provenance);
  return dataset;
}

/** How results name their data, by `Dataset.provenance`. */
export const provenanceLabels: ReadonlyMap<string, string> = new Map([
  ['demonstration', DEMONSTRATION_LABEL],
  ...[...DATASETS.values()].flatMap(({ labels }) => Object.entries(labels)),
]);

/** The label of a `Dataset.provenance`. @throws Error when no entry has a label for it */
export function provenanceLabel(provenance: string): string {
  const label = provenanceLabels.get(provenance);
  if (label === undefined) {
    throw new Error(`provenance ${provenance}: no label; add one to the entry in src/datasets/registry.ts`);
  }
  return label;
}
