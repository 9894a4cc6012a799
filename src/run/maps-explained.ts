import pLimit from 'p-limit';
import type { Heatmap } from '../base/heatmap.js';
import type { ClassInfo } from '../base/sample.js';
import { readMask } from '../datasets/masks.js';
import type { ExplainedClass, ExplainedImage, Needs, Scores } from '../eval/experiment.js';
import { decodeImage } from '../images/decode.js';
import type { ImageMaps, RankedClass } from '../maps/network-maps.js';
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
 * no guesses; with `partial` it is left out.
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
          if (missing === undefined || !partial) return explained(entry, found, network, needs, classes);
          return { id: entry.sample.id, message: missing, leftOut: true };
        }),
      ),
    );
  };
}

const NONE: ImageMaps = { classes: [], ranked: true };

function explained(
  { sample, geometry, pixels }: LoadedImage,
  found: Found,
  network: CompiledNetwork & { readonly maps: MapsOfNetwork },
  needs: Needs,
  classes: readonly ClassInfo[],
): ExplainedImage {
  const of = (classIndex: number) => found.classes.find((one) => one.classIndex === classIndex);
  const mapped = (classIndex: number) => of(classIndex)?.maps.some((map) => map !== undefined) === true;
  const asked = needs.given?.(sample) ?? [];
  const unmapped = asked.filter((classIndex) => !mapped(classIndex));
  // Only what is kept here is kept: the other classes' maps go.
  const given = (network.maps.partial ? asked.filter(mapped) : asked).map((classIndex) =>
    classOf(of(classIndex) ?? { ...NO_SCORE, classIndex }),
  );
  const missing =
    found.missing ??
    (unmapped.length === 0 ? undefined : `no map of ${unmapped.map((one) => classes[one]!.id).join(', ')}`);
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
