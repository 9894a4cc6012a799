import type { Dataset } from '../datasets/sample.js';
import type { DataLabel } from '../report/rows.js';

const LABELS: Readonly<Record<Dataset['provenance'], string>> = {
  'imagenet-val': 'ILSVRC-15 val',
  'imagenet-subset': 'sample of ImageNet val (not the whole set)',
  voc: 'Pascal VOC',
  demonstration: 'demonstration (not ImageNet)',
};

/** How the results name their data; a part of the validation set is not comparable with the whole. */
export function dataLabel(dataset: Pick<Dataset, 'provenance' | 'ids'>, images: number): DataLabel {
  const whole = images === dataset.ids.length;
  const label = LABELS[dataset.provenance];
  return {
    label: whole ? label : `${label}, first ${images} images`,
    comparable: whole && dataset.provenance === 'imagenet-val',
  };
}
