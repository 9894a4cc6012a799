import pLimit from 'p-limit';
import type { Heatmap } from '../base/heatmap.js';
import type { ClassInfo, Sample } from '../base/sample.js';
import { readMask } from '../datasets/masks.js';
import type { ExplainedClass, ExplainedImage, Needs, Scores } from '../eval/experiment.js';
import { decodeImage } from '../images/decode.js';
import { NO_CLASS } from '../maps/class-words.js';
import { type ImageMaps, isMapped, type RankedClass } from '../maps/network-maps.js';
import { type Failure, isFailure, type LoadedImage } from './batches.js';
import { changedCopies } from './changed-copies.js';
import type { CompiledNetwork, MapsOfNetwork } from './data-classes.js';
import type { BatchExplainer } from './explained.js';
import { faultOf, unfitFor } from './maps-network.js';

/** The map in the place of one that is not there: it points nowhere, draws no box and is no seed. */
const NOTHING: Heatmap = { data: new Float32Array(1), width: 1, height: 1 };

/** Images whose files are read at the same time: with the batch, what bounds the memory. */
const FILES_AT_ONCE = 2;

/** An image's maps, or why there are none. */
type Found = ImageMaps & { readonly missing?: string };

/**
 * Reads the maps of a batch, where other networks run. An image that has none gets empty ones for the classes that are asked for, and
 * no guesses; with `partial` it is left out, as is one with a guess that has no map.
 * @param classes the data set's
 */
export function mapsExplainer(
  network: CompiledNetwork & { readonly maps: MapsOfNetwork },
  needs: Needs,
  classes: readonly ClassInfo[],
): BatchExplainer {
  const { source, partial } = network.maps;
  const find = async (id: string): Promise<Found> => {
    try {
      const read = await source.read(id);
      if (read === undefined) {
        const folder = source.folders.find((one) => !one.has(id))!;
        return { ...NONE, missing: `no maps in ${folder.path}` };
      }
      const unfit = unfitFor(needs, read);
      if (unfit === undefined) return read;
      return { ...NONE, missing: `${source.folders[0]!.filesOf(id)[0]}: ${unfit}` };
    } catch (error) {
      return { ...NONE, missing: faultOf(error) };
    }
  };
  return async ({ entries }) => {
    const limit = pLimit(FILES_AT_ONCE);
    return Promise.all(
      entries.map((entry) =>
        limit(async (): Promise<ExplainedImage | Failure | undefined> => {
          // What could not be read is a failure already.
          if (isFailure(entry)) return undefined;
          const found = await find(entry.sample.id);
          const { missing } = found;
          if (!partial) return explained(entry, found, network, needs, classes);
          const message = missing ?? unmappedWhole(entry.sample, found, needs, classes);
          if (message === undefined) return explained(entry, found, network, needs, classes);
          return { id: entry.sample.id, message, leftOut: true };
        }),
      ),
    );
  };
}

const NONE: ImageMaps = { classes: [], ranked: true };

/** Of the classes, those that lack a map of a method, in words; undefined where none does. */
function unmappedWords(
  asked: readonly number[],
  found: ImageMaps,
  classes: readonly ClassInfo[],
): string | undefined {
  const mapped = new Set(found.classes.filter(isMapped).map(({ classIndex }) => classIndex));
  const unmapped = [...new Set(asked)].filter((one) => one !== NO_CLASS && !mapped.has(one));
  return unmapped.length === 0
    ? undefined
    : `no map of ${unmapped.map((one) => classes[one]!.id).join(', ')}`;
}

function guessesOf({ classes }: ImageMaps, { top }: Pick<Needs, 'top'>): readonly number[] {
  return classes.slice(0, top).map(({ classIndex }) => classIndex);
}

/** Why the whole image is left out: without one of its guesses the next would take the place. */
function unmappedWhole(
  sample: Sample,
  found: ImageMaps,
  needs: Needs,
  classes: readonly ClassInfo[],
): string | undefined {
  const together = needs.together === true ? (needs.given?.(sample) ?? []) : [];
  return unmappedWords([...together, ...guessesOf(found, needs)], found, classes);
}

function explained(
  { sample, geometry, pixels }: LoadedImage,
  found: Found,
  network: CompiledNetwork & { readonly maps: MapsOfNetwork },
  needs: Needs,
  classes: readonly ClassInfo[],
): ExplainedImage {
  const of = (classIndex: number) => found.classes.find((one) => one.classIndex === classIndex);
  const mapped = (classIndex: number) => isMapped(of(classIndex) ?? NO_SCORE);
  const asked = needs.given?.(sample) ?? [];
  // Only what is kept here is kept: the other classes' maps go.
  const given = (network.maps.partial ? asked.filter(mapped) : asked).map((classIndex) =>
    classOf(of(classIndex) ?? { ...NO_SCORE, classIndex }),
  );
  const missing = found.missing ?? unmappedWords([...asked, ...guessesOf(found, needs)], found, classes);
  return {
    truth: sample,
    mask: async () => {
      const { maskPath, size } = sample;
      return maskPath === undefined ? undefined : readMask(maskPath, classes.length, size);
    },
    picture: () => decodeImage(sample.imagePath),
    geometry,
    pixels,
    scores: scoresOf(
      found.classes.map(({ classIndex, score, probability }) => ({ classIndex, score, probability })),
    ),
    top: found.classes.slice(0, needs.top).map(classOf),
    given,
    ...(missing === undefined ? {} : { missing }),
    ...changedCopies(network, geometry.input, undefined),
  };
}

const NO_SCORE = { score: undefined, probability: undefined, maps: [] };

function classOf({ classIndex, score, maps }: RankedClass): ExplainedClass {
  return {
    classIndex,
    score: score ?? Number.NEGATIVE_INFINITY,
    map: (output) => maps[output] ?? NOTHING,
    readings: [],
  };
}

/** Of the classes that the files have. */
function scoresOf(classes: readonly Omit<RankedClass, 'maps'>[]): Scores {
  const find = (classIndex: number) => classes.find((one) => one.classIndex === classIndex);
  return {
    logits: Float32Array.from(classes, ({ score }) => score ?? Number.NEGATIVE_INFINITY),
    of: (classIndex) => find(classIndex)?.score ?? Number.NEGATIVE_INFINITY,
    probability: (classIndex) => find(classIndex)?.probability ?? Number.NaN,
  };
}
