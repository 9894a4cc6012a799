import type { LimitFunction } from 'p-limit';
import { DataError, messageOf } from '../base/errors.js';
import type { Sample } from '../base/sample.js';
import type { Size } from '../base/size.js';
import type { Dataset } from '../datasets/dataset.js';
import { decodeImage } from '../images/decode.js';
import type { InputGeometry } from '../images/geometry.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import type { RgbImage } from '../images/rgb-image.js';

/** An image that could not be read, or was left out; it counts in no denominator. */
export interface Failure {
  readonly id: string;
  readonly message: string;
  /** It was to be left out: the run did not fail. */
  readonly leftOut?: boolean;
}

export function isFailure(entry: object): entry is Failure {
  return 'message' in entry;
}

export interface LoadedImage {
  readonly sample: Sample;
  readonly geometry: InputGeometry;
  /** The network's input before scaling, where it was asked for. */
  readonly pixels?: RgbImage | undefined;
}

/** Images that can travel through a network together. */
export interface ImageGroup {
  readonly size: Size;
  /** [n, 3, height, width] */
  readonly images: Float32Array;
  /** Their places in the batch, ascending. */
  readonly places: readonly number[];
}

/** Consecutive images of the data set, ready for the network. */
export interface Batch {
  /** Position of the first image in the run's list. */
  readonly start: number;
  /** The images that could be read, those of one input size together: one group but where inputs keep their aspect. */
  readonly groups: readonly ImageGroup[];
  readonly entries: readonly (LoadedImage | Failure)[];
  /** Time spent on decoding and preprocessing, summed over the images. */
  readonly milliseconds: number;
}

/** What is kept of each image beside its sample. */
interface Kept {
  /** The input of a network that runs; true when left out. */
  readonly feeds?: boolean | undefined;
  readonly keepPixels?: boolean | undefined;
}

/** Positions 0, size, 2 · size, … below `count`. */
export function* batchStarts(count: number, size: number): Generator<number> {
  for (let start = 0; start < count; start += size) yield start;
}

/**
 * Reads one batch, `limit` images at a time. A broken image becomes a Failure in its place; any other error is
 * the configuration's or ours and is thrown.
 *
 * @param kept whether it hands on what the network sees as numbers, and as eight-bit RGB
 */
export async function loadBatch(
  dataset: Dataset,
  ids: readonly string[],
  start: number,
  spec: InputSpec,
  limit: LimitFunction,
  { feeds = true, keepPixels = false }: Kept = {},
): Promise<Batch> {
  const inputs: (RgbImage | undefined)[] = ids.map(() => undefined);
  let milliseconds = 0;
  const entries = await Promise.all(
    ids.map((id, i) =>
      limit(async (): Promise<LoadedImage | Failure> => {
        const decodeStart = performance.now();
        try {
          const sample = await dataset.load(id);
          const image = await decodeImage(sample.imagePath);
          const pixels = feeds || keepPixels ? inputPixels(image, spec) : undefined;
          if (feeds) inputs[i] = pixels;
          return { sample, geometry: inputGeometry(image, spec), pixels: keepPixels ? pixels : undefined };
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          return { id, message: messageOf(error) };
        } finally {
          milliseconds += performance.now() - decodeStart;
        }
      }),
    ),
  );
  const groupStart = performance.now();
  const groups = grouped(inputs, spec);
  return { start, groups, entries, milliseconds: milliseconds + performance.now() - groupStart };
}

function grouped(inputs: readonly (RgbImage | undefined)[], spec: InputSpec): readonly ImageGroup[] {
  const places = new Map<string, number[]>();
  inputs.forEach((pixels, place) => {
    if (pixels === undefined) return;
    const key = `${pixels.width}x${pixels.height}`;
    places.set(key, [...(places.get(key) ?? []), place]);
  });
  return [...places.values()].map((own) => {
    const { width, height } = inputs[own[0]!]!;
    const area = channelsOf(spec) * width * height;
    const images = new Float32Array(own.length * area);
    own.forEach((place, i) => {
      writeInput(inputs[place]!, spec, images, i * area);
    });
    return { size: { width, height }, images, places: own };
  });
}
