import { basename } from 'node:path';
import { DataError } from '../base/errors.js';
import { validationNumber } from '../datasets/imagenet-index.js';
import { defaultSplit } from '../datasets/splits.js';
import type { PublishedData, PublishedTable } from '../eval/published.js';
import type { RunRecord } from './run-record.js';

/* Whether a run is of the images that published numbers were measured on: by what run.json records, never by a name alone. */

/** The published data that a run is of. */
export interface FittingData {
  /** The rows' `data` that fit. */
  readonly names: readonly string[];
  /** What of them is missing, in sentences; empty when the run is of all. */
  readonly partial: readonly string[];
}

const count = (value: number) => value.toLocaleString('en');
const imagesOf = (value: number) => (value === 1 ? '1 image' : `${count(value)} images`);

function wordsOf({ dataset, year, split }: Pick<PublishedData, 'dataset' | 'year' | 'split'>): string {
  return [dataset, year, split].filter((part) => part !== undefined).join(' ');
}

/** The year of a VOC run: configured, or that of the folder's name. */
function yearOf({ name, root, year }: RunRecord['config']['dataset']): number | undefined {
  if (name !== 'voc') return undefined;
  const [, found] = /^VOC(\d{4})$/.exec(basename(root)) ?? [];
  return year ?? (found === undefined ? undefined : Number(found));
}

const VALIDATION_IMAGES = 50_000;

/** ImageNet's format holds other pictures too: a part of the validation set is one by the names of its images. */
function checkNames(ids: readonly string[] | undefined, where: string): void {
  if (ids === undefined)
    throw new DataError(`${where}: a sample of ImageNet is recognised by images.csv, which is not there`);
  const foreign = ids.find((id) => {
    const number = validationNumber(id);
    return number === undefined || number < 1 || number > VALIDATION_IMAGES;
  });
  if (foreign !== undefined)
    throw new DataError(`${where}: image ${foreign} is none of ImageNet val; no published value is of these`);
}

/**
 * Holds the data of a run against those of published numbers.
 * @param ids of the run's images, where images.csv has them
 * @param where the run's folder, for messages
 * @throws DataError for a demonstration, for other data and for data that cannot be told
 */
export function fittingData(
  { config, data, networks, failed_images }: RunRecord,
  published: PublishedTable,
  ids: readonly string[] | undefined,
  where: string,
): FittingData {
  const refuse = (why: string) => new DataError(`${where}: ${why}; no published value is of these`);
  if (data.provenance === 'demonstration') throw refuse(`the run is of ${data.label}`);
  const { dataset } = config;
  const year = yearOf(dataset);
  const split = dataset.split ?? defaultSplit(dataset.name, year);
  const known = Object.entries(published.data);
  const fitting = known.filter(
    ([, one]) => one.dataset === dataset.name && one.year === year && one.split === split,
  );
  const [first] = fitting;
  if (first === undefined) {
    const wanted = [...new Set(known.map(([, one]) => wordsOf(one)))].join(', ');
    const own = wordsOf({ dataset: dataset.name, year, split });
    throw refuse(`the run is of ${own}, published are ${wanted}`);
  }
  const [, { images, classes }] = first;
  if (data.classes !== classes) throw refuse(`${data.classes} classes in place of ${count(classes)}`);
  if (data.images > images) throw refuse(`${count(data.images)} images in place of ${count(images)}`);
  if (data.provenance === 'imagenet-subset') checkNames(ids, where);
  const whole = data.images === images && data.provenance !== 'imagenet-subset';
  const leftOut = new Set(networks.flatMap(({ left_out }) => (left_out ?? []).map(({ id }) => id))).size;
  return {
    names: fitting.map(([name]) => name),
    partial: [
      ...(whole
        ? []
        : [
            `PART OF THE DATA: ${count(data.images)} of ${count(images)} images (${data.label}). A part may be easier or harder than the whole.`,
          ]),
      ...(leftOut === 0
        ? []
        : [
            `PART OF THE DATA: maps of ${imagesOf(leftOut)} are missing, which the run left out, wholly or in part. The rest may be easier or harder.`,
          ]),
      ...(failed_images === 0 ? [] : [`${imagesOf(failed_images)} could not be read and count nowhere.`]),
    ],
  };
}
