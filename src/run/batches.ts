import type { LimitFunction } from 'p-limit';
import type { Dataset, Sample } from '../datasets/sample.js';
import { DataError, messageOf } from '../errors.js';
import { decodeImage } from '../images/decode.js';
import type { InputGeometry } from '../images/geometry.js';
import { type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import type { RgbImage } from '../images/rgb-image.js';

/** An image that could not be read; it counts in no denominator. */
export interface Failure {
  readonly id: string;
  readonly message: string;
}

export interface LoadedImage {
  readonly sample: Sample;
  readonly geometry: InputGeometry;
  /** The network's input before scaling, where it was asked for. */
  readonly pixels?: RgbImage | undefined;
}

/** Consecutive images of the data set, ready for the network. */
export interface Batch {
  /** Position of the first image in the run's list. */
  readonly start: number;
  /** [n, 3, height, width]; the place of an image that failed holds zeros. */
  readonly images: Float32Array;
  readonly entries: readonly (LoadedImage | Failure)[];
  /** Time spent on decoding and preprocessing, summed over the images. */
  readonly milliseconds: number;
}

/** Positions 0, size, 2 · size, … below `count`. */
export function* batchStarts(count: number, size: number): Generator<number> {
  for (let start = 0; start < count; start += size) yield start;
}

/**
 * Reads one batch, `limit` images at a time. A broken image becomes a Failure in its place; any other error is
 * the configuration's or ours and is thrown.
 *
 * @param keepPixels also hands on what the network sees as eight-bit RGB
 */
export async function loadBatch(
  dataset: Dataset,
  ids: readonly string[],
  start: number,
  spec: InputSpec,
  limit: LimitFunction,
  keepPixels = false,
): Promise<Batch> {
  const area = 3 * spec.height * spec.width;
  const images = new Float32Array(ids.length * area);
  let milliseconds = 0;
  const entries = await Promise.all(
    ids.map((id, i) =>
      limit(async (): Promise<LoadedImage | Failure> => {
        const began = performance.now();
        try {
          const sample = await dataset.load(id);
          const image = await decodeImage(sample.imagePath);
          const pixels = inputPixels(image, spec);
          writeInput(pixels, spec, images, i * area);
          return { sample, geometry: inputGeometry(image, spec), pixels: keepPixels ? pixels : undefined };
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          images.fill(0, i * area, (i + 1) * area);
          return { id, message: messageOf(error) };
        } finally {
          milliseconds += performance.now() - began;
        }
      }),
    ),
  );
  return { start, images, entries, milliseconds };
}
