import { probabilitiesOver } from '../base/probabilities.js';
import type { Size } from '../base/size.js';
import { readMask } from '../datasets/masks.js';
import type { ExplainedClass, ExplainedImage, Needs, Scores } from '../eval/experiment.js';
import { type ExplainedBatch, type Explainer, mapOf } from '../explainer/explainer.js';
import { decodeImage } from '../images/decode.js';
import type { Batch, Failure, ImageGroup, LoadedImage } from './batches.js';
import type { ClassMapping } from './class-mapping.js';

/** Explains a batch: what an experiment sees of each image, undefined in the place of one that could not be read. */
export type BatchExplainer = (batch: Batch) => Promise<readonly (ExplainedImage | undefined)[]>;

/** Which rows of the pass belong to an image: one, or several when it has more classes than a row has places. */
interface Rows {
  readonly start: number;
  readonly count: number;
  readonly given: readonly number[];
}

export function isFailure(entry: LoadedImage | Failure): entry is Failure {
  return !('sample' in entry);
}

/** How many given classes fit into one pass: more take the image through it again. */
export const GIVEN_PLACES = 4;

/** Classes that an explainer of a run explains per image. */
export function classPlaces({ top, given }: Needs): {
  readonly k: number;
  readonly classes: 'top' | 'given' | 'both';
  readonly top: number;
} {
  const places = given === undefined ? 0 : GIVEN_PLACES;
  const classes = places === 0 ? 'top' : top === 0 ? 'given' : 'both';
  return { k: Math.max(1, top + places), classes, top: places === 0 ? Math.max(1, top) : top };
}

/**
 * @param explainer made for `classPlaces(needs)` and the mapping's groups
 * @param classes how many the data set has
 */
export function batchExplainer(
  explainer: Explainer,
  needs: Needs,
  mapping: ClassMapping,
  classes: number,
): BatchExplainer {
  const { top } = classPlaces(needs);
  const places = needs.given === undefined ? 0 : explainer.k - top;

  const explainGroup = async (entries: readonly LoadedImage[], group: ImageGroup) => {
    const size = group.images.length / group.places.length;
    const rows = rowsOf(entries, needs, mapping, places);
    const last = rows.at(-1)!;
    const n = last.start + last.count;
    const single = n === entries.length;
    const images = single ? group.images : repeated(group.images, rows, size, n);
    // The pass takes its images away.
    const inputs = needs.changes ? group.images.slice() : undefined;
    const ids = places > 0 ? givenIds(rows, mapping, places, n) : undefined;
    const explained = await explainer.run(images, n, ids, group.size);
    return entries.map((entry, i): ExplainedImage => {
      const { start, given } = rows[i]!;
      const at = (row: number, j: number) => classAt(explainer, explained, mapping, row, j);
      return {
        truth: entry.sample,
        mask: async () => {
          const { maskPath, size } = entry.sample;
          return maskPath === undefined ? undefined : readMask(maskPath, classes, size);
        },
        picture: () => decodeImage(entry.sample.imagePath),
        geometry: entry.geometry,
        pixels: entry.pixels,
        scores: scoresOf(explained.logits, start, explainer, mapping),
        top: Array.from({ length: needs.top }, (_, j) => at(start, j)),
        given: given.map((_, j) => at(start + Math.floor(j / places), top + (j % places))),
        ...changes(explainer, mapping, group.size, inputs?.subarray(i * size, (i + 1) * size)),
      };
    });
  };

  return async (batch) => {
    const images: (ExplainedImage | undefined)[] = batch.entries.map(() => undefined);
    for (const group of batch.groups) {
      // What could not be read is in no group.
      const entries = group.places.map((place) => batch.entries[place] as LoadedImage);
      const explained = await explainGroup(entries, group);
      group.places.forEach((place, i) => {
        images[place] = explained[i];
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
    const wanted = needs.given?.(sample) ?? [];
    const given = wanted.filter((classIndex) => mapping.members(classIndex).length > 0);
    const count = places === 0 ? 1 : Math.max(1, Math.ceil(given.length / places));
    const rows = { start, count, given };
    start += count;
    return rows;
  });
}

function repeated(images: Float32Array, rows: readonly Rows[], size: number, n: number): Float32Array {
  const out = new Float32Array(n * size);
  rows.forEach(({ start, count }, i) => {
    const image = images.subarray(i * size, (i + 1) * size);
    for (let row = start; row < start + count; row++) out.set(image, row * size);
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

function classAt(
  explainer: Pick<Explainer, 'classCount'>,
  batch: ExplainedBatch,
  mapping: ClassMapping,
  row: number,
  j: number,
): ExplainedClass {
  const k = batch.classIds.length / (batch.logits.length / explainer.classCount);
  const id = batch.classIds[row * k + j]!;
  return {
    classIndex: mapping.classOf(id),
    score: batch.logits[row * explainer.classCount + id]!,
    map: (output) => mapOf(batch, output, k, row, j),
  };
}

function scoresOf(
  all: Float32Array,
  row: number,
  { classCount, scored }: Pick<Explainer, 'classCount' | 'scored'>,
  mapping: ClassMapping,
): Scores {
  const logits = all.subarray(row * classCount, (row + 1) * classCount);
  const of = (classIndex: number) =>
    mapping
      .members(classIndex)
      .reduce((best, member) => Math.max(best, logits[member]!), Number.NEGATIVE_INFINITY);
  return {
    logits,
    of,
    probability: (classIndex) => probabilitiesOver(scored.probability, logits)(of(classIndex)),
  };
}

/** What an experiment may do with changed copies of an image. */
function changes(
  explainer: Explainer,
  mapping: ClassMapping,
  size: Size,
  input: Float32Array | undefined,
): Pick<ExplainedImage, 'input' | 'score' | 'explain' | 'gradient'> {
  const refuse = (): never => {
    throw new Error('an experiment that changes the image must say so: needs.changes');
  };
  if (input === undefined) {
    return { input: refuse, score: refuse, explain: refuse, gradient: refuse };
  }
  return {
    input: () => input,
    score: async (copies, n) => {
      const logits = await explainer.score(copies.slice(), n, size);
      return Array.from({ length: n }, (_, i) => scoresOf(logits, i, explainer, mapping));
    },
    explain: async (copies, n, classes, randomized) => {
      const known = classes.filter((classIndex) => mapping.members(classIndex).length > 0);
      if (known.length === 0) return Array.from({ length: n }, () => []);
      const ids = new Int32Array(n * known.length);
      const best = await bestMembers(explainer, copies, n, size, known, mapping);
      ids.set(best);
      const batch = await explainer.explain(copies.slice(), n, ids, randomized, size);
      return Array.from({ length: n }, (_, i) =>
        known.map((_class, j) => classAt(explainer, batch, mapping, i, j)),
      );
    },
    gradient: async (copies, n, ids) => {
      const repeated = Int32Array.from({ length: n * ids.length }, (_, i) => ids[i % ids.length]!);
      const { logits, maps } = await explainer.gradient(copies.slice(), n, repeated, size);
      return {
        scores: Array.from({ length: n }, (_, i) => scoresOf(logits, i, explainer, mapping)),
        gradients: maps[0]!,
      };
    },
  };
}

/** The network's class to explain for each copy and class: where several stand for one, the best on that copy. */
async function bestMembers(
  explainer: Explainer,
  copies: Float32Array,
  n: number,
  size: Size,
  classes: readonly number[],
  mapping: ClassMapping,
): Promise<number[]> {
  const members = classes.map((classIndex) => mapping.members(classIndex));
  if (members.every(({ length }) => length === 1)) {
    return Array.from({ length: n }, () => members.map((only) => only[0]!)).flat();
  }
  const logits = await explainer.score(copies.slice(), n, size);
  return Array.from({ length: n }, (_, i) =>
    members.map((ids) =>
      ids.reduce((best, id) => {
        const at = (member: number) => logits[i * explainer.classCount + member]!;
        return at(id) > at(best) ? id : best;
      }),
    ),
  ).flat();
}
