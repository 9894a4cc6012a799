import { DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import type { ClassInfo, Sample, TruthKind } from '../base/sample.js';
import { configuredFile, readLines } from './files.js';
import type { CommonSpec } from './spec.js';

/**
 * A data set: its list of ids is known at once and in a fixed order, each sample is read when asked for.
 * Iterating yields every sample in order and throws a DataError at the first broken one; a caller that
 * wants to go on past broken samples uses `ids` and `load`.
 */
export interface Dataset extends AsyncIterable<Sample> {
  /** Registry name, e.g. `imagenet`. */
  readonly name: string;
  /**
   * Which real data these are: `demonstration`, or one of the provenances that the registry entry has a label for. Only
   * `imagenet-val` may stand beside the paper's numbers.
   */
  readonly provenance: string;
  readonly classes: readonly ClassInfo[];
  readonly ids: readonly string[];
  /** Of the kinds of truth, those that none of its images has, with a word on why or how to give them. */
  readonly lacks?: Partial<Readonly<Record<TruthKind, string>>> | undefined;
  /** Lines for people: what of the folder is not a part of the data. */
  readonly notes?: readonly string[] | undefined;
  /** The file of all annotations, where its owner may change it between two runs. */
  readonly annotations?: string | undefined;
  /** Reads one sample's annotation and image header. Throws DataError naming the file and the fault. */
  load(id: string): Promise<Sample>;
}

/** A Dataset from its parts; `load` is only called with one of `ids`. */
export function makeDataset(parts: Omit<Dataset, typeof Symbol.asyncIterator>): Dataset {
  const known = new Set(parts.ids);
  const load = async (id: string): Promise<Sample> => {
    if (!known.has(id)) throw new DataError(`${parts.name}: the data set has no image ${quote(id)}`);
    return parts.load(id);
  };
  return {
    ...parts,
    load,
    async *[Symbol.asyncIterator]() {
      for (const id of parts.ids) yield await load(id);
    },
  };
}

/**
 * Returns `id` when it can safely be part of a file name. Ids come out of downloaded lists; one with a slash or `..`
 * could point to any file. Throws DataError naming the list.
 */
export function checkedId(id: string, list: string): string {
  if (id === '' || id === '.' || id.length > 200 || id.includes('..') || /[/\\\p{Cc}]/u.test(id)) {
    throw new DataError(`${list}: ${quote(id)} cannot be the id of an image (no slashes, no "..")`);
  }
  return id;
}

/** Reads a list of ids, one per line. Throws DataError at an unsafe or a repeated id, or when there is none. */
export async function readIds(path: string): Promise<readonly string[]> {
  const ids = (await readLines(path, 'the list of images')).map((line) => checkedId(line, path));
  if (ids.length === 0) throw new DataError(`${path}: the list of images is empty`);
  const seen = new Set<string>();
  for (const id of ids) {
    // VOC's lists for one class, such as cat_val.txt, have a second column of -1, 0 or 1.
    if (/\s/.test(id))
      throw new DataError(`${path}: ${quote(id)}: expected one id per line and nothing else`);
    if (seen.has(id)) throw new DataError(`${path}: the image ${quote(id)} is listed twice`);
    seen.add(id);
  }
  return ids;
}

/** The ids to use: those of the configured `images` file in its order, or else all of them. */
export async function selectIds(all: readonly string[], spec: CommonSpec): Promise<readonly string[]> {
  if (spec.images === undefined) return all;
  const path = await configuredFile(spec.root, spec.images);
  const ids = await readIds(path);
  const known = new Set(all);
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new DataError(`${path}: the image ${quote(unknown)} is not in the data set ${spec.root}`);
  }
  return ids;
}
