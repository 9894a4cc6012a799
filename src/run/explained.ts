import { readMask } from '../datasets/masks.js';
import type { ExplainedImage, Needs } from '../eval/experiment.js';
import { decodeImage } from '../images/decode.js';
import type { Batch, Failure, ImageGroup, LoadedImage } from './batches.js';
import { changedCopies } from './changed-copies.js';
import type { ClassMapping } from './class-mapping.js';
import { type CompiledNetwork, classAt, scoresOf } from './data-classes.js';

/**
 * Explains a batch: what an experiment sees of each image, undefined in the place of one that could not be read, and a failure in the
 * place of one that is left out.
 */
export type BatchExplainer = (batch: Batch) => Promise<readonly (ExplainedImage | Failure | undefined)[]>;

/** Which rows of the pass belong to an image: one, or several when it has more classes than a row has places. */
interface Rows {
  readonly start: number;
  readonly count: number;
  readonly given: readonly number[];
}

/** How many given classes fit into one pass unless an experiment says otherwise: more take the image through it again. */
export const GIVEN_PLACES = 4;

/** Classes that an explainer of a run explains per image. */
export function classPlaces({ top, given, places: atOnce = GIVEN_PLACES }: Needs): {
  readonly k: number;
  readonly classes: 'top' | 'given' | 'both';
  readonly top: number;
} {
  const places = given === undefined ? 0 : atOnce;
  const classes = places === 0 ? 'top' : top === 0 ? 'given' : 'both';
  return { k: Math.max(1, top + places), classes, top: places === 0 ? Math.max(1, top) : top };
}

/**
 * @param network made for `classPlaces(needs)` and the mapping's groups
 * @param classes how many the data set has
 */
export function batchExplainer(
  network: CompiledNetwork,
  needs: Needs,
  classes: number,
): (batch: Batch) => Promise<readonly (ExplainedImage | undefined)[]> {
  const { explainer, mapping } = network;
  const { top } = classPlaces(needs);
  const places = needs.given === undefined ? 0 : explainer.k - top;

  const explainGroup = async (entries: readonly LoadedImage[], group: ImageGroup) => {
    const length = group.images.length / group.places.length;
    const rows = rowsOf(entries, needs, mapping, places);
    const last = rows.at(-1)!;
    const n = last.start + last.count;
    const single = n === entries.length;
    const images = single ? group.images : repeated(group.images, rows, length, n);
    // The pass takes its images away.
    const inputs = needs.changes ? group.images.slice() : undefined;
    const classIds = places > 0 ? givenIds(rows, mapping, places, n) : undefined;
    const batch = await explainer.ask({ kind: 'pass', images, n, classIds, size: group.size });
    return entries.map((entry, i): ExplainedImage => {
      const { start, given } = rows[i]!;
      const at = (row: number, j: number) => classAt(network, batch, row, j);
      return {
        truth: entry.sample,
        mask: async () => {
          const { maskPath, size } = entry.sample;
          return maskPath === undefined ? undefined : readMask(maskPath, classes, size);
        },
        picture: () => decodeImage(entry.sample.imagePath),
        geometry: entry.geometry,
        pixels: entry.pixels,
        scores: scoresOf(batch.logits, start, network),
        top: Array.from({ length: needs.top }, (_, j) => at(start, j)),
        given: given.map((_, j) => at(start + Math.floor(j / places), top + (j % places))),
        ...changedCopies(network, group.size, inputs?.subarray(i * length, (i + 1) * length)),
      };
    });
  };

  return async (batch) => {
    const images: (ExplainedImage | undefined)[] = batch.entries.map(() => undefined);
    for (const group of batch.groups) {
      // What could not be read is in no group.
      const entries = group.places.map((place) => batch.entries[place] as LoadedImage);
      const ofGroup = await explainGroup(entries, group);
      group.places.forEach((place, i) => {
        images[place] = ofGroup[i];
      });
    }
    return images;
  };
}

function rowsOf(
  entries: readonly LoadedImage[],
  needs: Needs,
  mapping: ClassMapping,
  places: number,
): Rows[] {
  let start = 0;
  return entries.map(({ sample }) => {
    const classes = needs.given?.(sample) ?? [];
    const given = classes.filter((classIndex) => mapping.members(classIndex).length > 0);
    const count = places === 0 ? 1 : Math.max(1, Math.ceil(given.length / places));
    const rows = { start, count, given };
    start += count;
    return rows;
  });
}

function repeated(images: Float32Array, rows: readonly Rows[], length: number, n: number): Float32Array {
  const out = new Float32Array(n * length);
  rows.forEach(({ start, count }, i) => {
    const image = images.subarray(i * length, (i + 1) * length);
    for (let row = start; row < start + count; row++) out.set(image, row * length);
  });
  return out;
}

/** [n, places]; places that are left over hold some class, whose maps nobody reads. */
function givenIds(rows: readonly Rows[], mapping: ClassMapping, places: number, n: number): Int32Array {
  const ids = new Int32Array(n * places);
  for (const { start, given } of rows) {
    given.forEach((classIndex, j) => {
      ids[start * places + j] = mapping.idOf(classIndex);
    });
  }
  return ids;
}
