import { resizeMap } from '../../base/resize-map.js';
import type { ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { mapOnImage } from '../../eval/maps/map-on-image.js';
import { CUE_SIDE, packCues } from '../../eval/masks/cue-export.js';
import { localizationCues, median3 } from '../../eval/masks/localization-cues.js';
import { type SeedCounts, seedCounts, strongestClass } from '../../eval/masks/seeds.js';
import { type CrfOptions, segmentCounts } from './segments.js';

/** What the journal keeps of an image's seeds. */
export interface SegmentationRecord {
  /** Labels of the image's classes (class + 1). */
  readonly labels: readonly number[];
  /** Per output; absent for an image without a mask. */
  readonly counts?: readonly SeedCounts[];
  /** Of a segmenter, per variant; absent for an image without a mask. */
  readonly segments?: readonly SeedCounts[];
  /** Per output `packCues`; absent when they are not exported. */
  readonly cues?: readonly string[];
}

interface SeedOptions {
  readonly thresholds: readonly number[];
  /** Share of a map's maximum that the exported cues exceed. */
  readonly threshold: number;
  readonly background: number;
  readonly cues: boolean;
  readonly crf: CrfOptions | false;
}

/** Gives the saliency of SEC's background cue where it is among a network's methods. */
const SALIENCY = 'backprop';

export async function segmentationRecord(
  image: ExplainedImage,
  network: JudgedNetwork,
  options: SeedOptions,
): Promise<SegmentationRecord> {
  const mask = await image.mask();
  const segments = mask && (await segmentCounts(image, network, mask.data, options.crf));
  const labels = image.given.map(({ classIndex }) => classIndex + 1);
  const counts =
    mask &&
    network.outputs.map((_, output) => {
      const maps = image.given.map(({ classIndex, map }) => {
        return { classIndex, map: mapOnImage(map(output), image.geometry) };
      });
      return seedCounts(mask.data, strongestClass(maps, mask.data.length), options.thresholds);
    });
  return {
    labels,
    ...(counts && { counts }),
    ...(segments && { segments }),
    ...(options.cues && { cues: cuesOf(image, network.outputs, options) }),
  };
}

function cuesOf(
  { given, geometry }: ExplainedImage,
  outputs: JudgedNetwork['outputs'],
  { threshold, background }: SeedOptions,
): readonly string[] {
  const side = { width: CUE_SIDE, height: CUE_SIDE };
  const at = (output: number) =>
    given.map(({ classIndex, map }) => {
      return { classIndex, map: resizeMap(mapOnImage(map(output), geometry), side) };
    });
  const gradient = outputs.findIndex(({ method }) => method === SALIENCY);
  const saliency =
    gradient < 0 || given.length === 0 ? undefined : largestOf(at(gradient).map(({ map }) => map.data));
  return outputs.map((_, output) =>
    packCues(
      localizationCues(at(output), saliency && median3({ data: saliency, ...side }), {
        foreground: threshold,
        background,
      }),
    ),
  );
}

/** SEC takes the gradient of all scores at once; here the largest of the image's classes' gradients. */
function largestOf(maps: readonly Float32Array[]): Float32Array {
  return maps[0]!.map((_, i) => Math.max(...maps.map((map) => map[i]!)));
}
