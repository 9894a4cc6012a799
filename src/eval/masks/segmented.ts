import type { Heatmap } from '../../base/heatmap.js';
import type { InputGeometry } from '../../images/geometry.js';
import type { RgbImage } from '../../images/rgb-image.js';
import { type CrfParameters, denseCrf } from '../crf/dense-crf.js';
import { mapOnImage } from '../maps/map-on-image.js';

/** What a segmenter gives of one image, before softmax: [channels, height, width]. */
export interface ClassScores {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A label of a segmentation, and the channels that stand for it; of several the best counts at each place. */
export interface LabelChannels {
  readonly label: number;
  readonly channels: readonly number[];
}

/** How probable a label is at each pixel. */
interface LabelMap {
  readonly label: number;
  /** Of the stored image's size; 0 where the network did not see it. */
  readonly map: Heatmap;
}

/** A label that is nowhere as probable as this takes no part in the CRF: it could win no pixel. */
const LEAST_PROBABLE = 0.01;

/**
 * The softmax over the labels at each place, drawn bilinearly on the stored image. SEC's released code does it in this order,
 * with the corners of the grid on those of the image; here the grid's cells are parts of the image.
 *
 * @param labels those that may occur: all, or the background and an image's own
 */
export function labelMaps(
  { data, height, width }: ClassScores,
  labels: readonly LabelChannels[],
  geometry: Pick<InputGeometry, 'image' | 'region'>,
): readonly LabelMap[] {
  const places = height * width;
  const maps = labels.map(() => new Float32Array(places));
  const scores = new Float64Array(labels.length);
  for (let i = 0; i < places; i++) {
    labels.forEach(({ channels }, l) => {
      scores[l] = channels.reduce((best, c) => Math.max(best, data[c * places + i]!), -Infinity);
    });
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
    maps.forEach((map, l) => {
      map[i] = Math.exp(scores[l]! - most) / sum;
    });
  }
  return labels.map(({ label }, l) => {
    return { label, map: mapOnImage({ data: maps[l]!, height, width }, geometry) };
  });
}

/** The most probable label of each pixel, the first one among equals. */
export function likeliest(maps: readonly LabelMap[]): Uint8Array {
  const pixels = maps[0]?.map.data.length ?? 0;
  const best = new Float32Array(pixels).fill(-1);
  const labels = new Uint8Array(pixels);
  for (const { label, map } of maps) {
    for (let i = 0; i < pixels; i++) {
      if (map.data[i]! <= best[i]!) continue;
      best[i] = map.data[i]!;
      labels[i] = label;
    }
  }
  return labels;
}

/**
 * The labels after a dense CRF on the picture whose energies are −log of the probabilities, as SEC does at test. Labels that
 * are nowhere as probable as 1 % are left out.
 *
 * @param floor probabilities below it count as this; SEC: 1e-5
 */
export function refined(
  maps: readonly LabelMap[],
  picture: RgbImage,
  crf: CrfParameters,
  floor: number,
): Uint8Array {
  const probable = maps.filter(({ map }) => map.data.some((value) => value >= LEAST_PROBABLE));
  if (probable.length < 2) return likeliest(maps);
  const pixels = picture.width * picture.height;
  const energies = new Float32Array(probable.length * pixels);
  probable.forEach(({ map }, l) => {
    for (let i = 0; i < pixels; i++) energies[l * pixels + i] = -Math.log(Math.max(floor, map.data[i]!));
  });
  const q = denseCrf(energies, picture, crf);
  const size = { width: picture.width, height: picture.height };
  return likeliest(
    probable.map(({ label }, l) => {
      return { label, map: { data: q.subarray(l * pixels, (l + 1) * pixels), ...size } };
    }),
  );
}
