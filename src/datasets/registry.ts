import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import { coco } from './coco.js';
import type { Dataset } from './dataset.js';
import { folder } from './folder/folder.js';
import { imagenet } from './imagenet.js';
import type { DatasetKind } from './kind.js';
import { DEMONSTRATION_LABEL } from './provenance.js';
import type { DatasetSpec } from './spec.js';
import { voc } from './voc.js';

/** Every data set by its name; a new one is one file in src/datasets and one entry here. */
export const datasets: ReadonlyMap<string, DatasetKind> = new Map(
  [imagenet, voc, coco, folder].map((kind) => [kind.name, kind] as const),
);

/** The data sets' names with a line of description each. */
export const datasetNames: readonly { readonly name: string; readonly description: string }[] = [
  ...datasets.values(),
].map(({ name, description }) => ({ name, description }));

/**
 * Opens a data set: reads its lists, but no image and no annotation. Throws ConfigError for an unknown name and for a
 * key of another data set, and DataError when the files are not where they should be.
 */
export async function openDataset(spec: DatasetSpec): Promise<Dataset> {
  const kind = datasets.get(spec.name);
  if (kind === undefined) {
    throw new ConfigError(
      `dataset: unknown name ${JSON.stringify(spec.name)}${hint(spec.name, [...datasets.keys()])}`,
    );
  }
  // A key that this data set does not read would be ignored in silence.
  for (const { name, keys } of datasets.values()) {
    const foreign = Object.keys(keys).find((key) => spec[key] !== undefined && !(key in kind.keys));
    if (foreign === undefined) continue;
    throw new ConfigError(
      `dataset.${foreign}: a key of ${name}, which ${spec.name} does not have; remove it`,
    );
  }
  const dataset = await kind.open(spec);
  // Found before a run of hours ends in results without a name for their data.
  provenanceLabel(dataset.provenance);
  return dataset;
}

/** How results name their data, by `Dataset.provenance`. */
export const provenanceLabels: ReadonlyMap<string, string> = new Map([
  ['demonstration', DEMONSTRATION_LABEL],
  ...[...datasets.values()].flatMap(({ labels }) => Object.entries(labels)),
]);

/** Whether results on data of this provenance may stand beside published ones. */
export function isComparable(provenance: string): boolean {
  return [...datasets.values()].some(({ comparable = [] }) => comparable.includes(provenance));
}

/** The label of a `Dataset.provenance`. @throws Error when no entry has a label for it */
export function provenanceLabel(provenance: string): string {
  const label = provenanceLabels.get(provenance);
  if (label === undefined) {
    throw new Error(`provenance ${provenance}: no label; add one to the entry in src/datasets/registry.ts`);
  }
  return label;
}
