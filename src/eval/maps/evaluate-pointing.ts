import type { Heatmap } from '../../base/heatmap.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { InputGeometry } from '../../images/geometry.js';
import { objectMask } from '../masks/object-mask.js';
import { type BootstrapOptions, DEFAULT_BOOTSTRAP, type Interval } from '../statistics/bootstrap.js';
import { checkBootstrap, checkRange } from '../statistics/checked-options.js';
import { type ClassValue, classMean } from '../statistics/class-accuracy.js';
import { checkedMap } from './checked-map.js';
import { mapOnImage } from './map-on-image.js';
import { energyInside, hits, maskArea, peakOf } from './pointing-game.js';
import { smoothMap } from './smooth.js';

/** One image, with the map of each class that is in it. */
export interface PointingImage {
  readonly maps: readonly {
    readonly classIndex: number;
    /** Over the network's input. */
    readonly map: Heatmap;
  }[];
  /** The objects in pixels of the stored image: an object's `region` where it has one, else its box. */
  readonly truth: readonly (Pick<ObjectTruth, 'classIndex' | 'box' | 'region'> &
    Partial<Pick<ObjectTruth, 'difficult'>>)[];
  readonly geometry: InputGeometry;
}

export interface PointingOptions {
  /** Pixels of the stored image; a hit is nearer to the object than this. 15 by default. */
  readonly tolerance?: number | undefined;
  /** σ of a smoothing before the maximum is looked for, as a share of the image's longer side; 0, none, by default. */
  readonly smooth?: number | undefined;
  readonly bootstrap?: BootstrapOptions | undefined;
  /** Stops between two images. */
  readonly signal?: AbortSignal | undefined;
}

export interface PointingResult {
  /** Pairs of an image and a class. */
  readonly cues: number;
  /** The mean over classes of the share of hits, in per cent; undefined where no map counts. */
  readonly accuracy: Interval | undefined;
  /** The same of the share of a map's energy within the objects. */
  readonly energy: Interval | undefined;
}

/**
 * The pointing game (Zhang et al. 2016) and energy-based pointing (Wang et al. 2020), as the experiment `pointing` plays
 * them on all images. Left out: a class whose objects are all marked difficult, and one that covers no pixel.
 * @throws RangeError for a map that does not fit its size, and for an option out of its range; the signal's reason when it is aborted
 */
export async function evaluatePointing(
  images: Iterable<PointingImage> | AsyncIterable<PointingImage>,
  options: PointingOptions = {},
): Promise<PointingResult> {
  const { tolerance = 15, smooth = 0, bootstrap = DEFAULT_BOOTSTRAP, signal } = options;
  checkRange(tolerance >= 0, 'tolerance', tolerance, '0 or more');
  checkRange(smooth >= 0 && smooth < Number.POSITIVE_INFINITY, 'smooth', smooth, '0 or more');
  checkBootstrap(bootstrap);
  const [hit, energy]: [ClassValue[][], ClassValue[][]] = [[], []];
  signal?.throwIfAborted();
  for await (const { maps, truth, geometry } of images) {
    signal?.throwIfAborted();
    const { image: size } = geometry;
    const own = maps.flatMap(({ classIndex, map }) => {
      checkedMap(map);
      const objects = truth.filter((object) => object.classIndex === classIndex);
      if (objects.every(({ difficult = false }) => difficult)) return [];
      const mask = objectMask({ objects, size }, classIndex);
      if (maskArea(mask) === 0) return [];
      const whole = mapOnImage(map, geometry);
      const drawn =
        smooth > 0 ? smoothMap(whole, smooth * Math.max(size.width, size.height), 'repeated') : whole;
      const peak = peakOf(drawn);
      const isHit = peak !== undefined && hits(mask, peak, tolerance);
      return [{ class: classIndex, hit: isHit ? 1 : 0, energy: energyInside(drawn, mask) }];
    });
    hit.push(own.map((one) => ({ class: one.class, value: one.hit })));
    energy.push(own.map((one) => ({ class: one.class, value: one.energy })));
  }
  return {
    cues: hit.flat().length,
    accuracy: classMean(hit, bootstrap),
    energy: classMean(energy, bootstrap),
  };
}
