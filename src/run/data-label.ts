import type { Dataset } from '../datasets/dataset.js';
import { isComparable, provenanceLabel } from '../datasets/registry.js';
import type { DataLabel } from '../eval/experiment.js';

/**
 * How the results name their data; a part of the validation set is not comparable with the whole.
 * @param heldOut images that are left out, wherever they stand
 */
export function dataLabel(
  dataset: Pick<Dataset, 'provenance' | 'ids'>,
  images: number,
  heldOut = 0,
): DataLabel {
  const first = images === dataset.ids.length - heldOut ? [] : [`first ${images} images`];
  const without = heldOut === 0 ? [] : [`without ${heldOut} held-out images`];
  const label = [provenanceLabel(dataset.provenance), ...without, ...first].join(', ');
  return { label, comparable: images === dataset.ids.length && isComparable(dataset.provenance) };
}
