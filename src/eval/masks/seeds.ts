import { VOID } from '../../base/class-mask.js';
import type { Heatmap } from '../../base/heatmap.js';
import { mapMaximum } from '../../base/threshold.js';
import type { ConfusionMatrix } from './confusion.js';

/** The map of a class that the image is known to show. */
export interface ClassMap {
  /** Index into the data set's classes; its label in a segmentation is one more. */
  readonly classIndex: number;
  readonly map: Heatmap;
}

/** Each pixel's strongest class and how strong it is there. */
export interface StrongestClass {
  /** Label (class + 1), 0 where no map is positive. */
  readonly label: Uint8Array;
  /** Share of that class's maximum, 0…1. */
  readonly strength: Float32Array;
}

/**
 * The class whose map, divided by its own maximum, is largest at each pixel; the first one among equals. With a
 * threshold τ it makes seeds: a pixel is the class's where the strength exceeds τ, and background elsewhere. SEC cuts
 * CAM at 20 % of its maximum (Kolesnikov and Lampert, ECCV 2016, section 4.1).
 *
 * @param maps of one size, that of the result; a map without a positive value has no pixel
 */
export function strongestClass(maps: readonly ClassMap[], pixels: number): StrongestClass {
  const label = new Uint8Array(pixels);
  const strength = new Float32Array(pixels);
  for (const { classIndex, map } of maps) {
    if (map.data.length !== pixels) throw new RangeError(`a map of ${map.data.length} pixels, not ${pixels}`);
    const maximum = mapMaximum(map);
    if (!(maximum > 0)) continue;
    for (let i = 0; i < pixels; i++) {
      const value = map.data[i]! / maximum;
      if (value <= strength[i]!) continue;
      strength[i] = value;
      label[i] = classIndex + 1;
    }
  }
  return { label, strength };
}

/** What one image adds to the confusion matrices of a sweep of thresholds; sparse, since few classes meet in it. */
export interface SeedCounts {
  /** Pixels by true label, void ones left out: [label, pixels]. */
  readonly truth: readonly (readonly [number, number])[];
  /** [true label, seed's label ≥ 1, pixels at each threshold]. */
  readonly pairs: readonly (readonly [number, number, readonly number[]])[];
}

/**
 * @param truth labels of the pixels: 0 background, class + 1, VOID ignored
 * @param thresholds τ in [0, 1], ascending; a pixel is foreground where the strength exceeds τ
 */
export function seedCounts(
  truth: Uint8Array,
  { label, strength }: StrongestClass,
  thresholds: readonly number[],
): SeedCounts {
  if (truth.length !== label.length) throw new RangeError(`${truth.length} and ${label.length} pixels`);
  const total = new Map<number, number>();
  const pairs = new Map<number, [number, number, number[]]>();
  for (let i = 0; i < truth.length; i++) {
    const own = truth[i]!;
    if (own === VOID) continue;
    total.set(own, (total.get(own) ?? 0) + 1);
    const seed = label[i]!;
    if (seed === 0) continue;
    const key = own * 256 + seed;
    let pair = pairs.get(key);
    if (pair === undefined) {
      pair = [own, seed, thresholds.map(() => 0)];
      pairs.set(key, pair);
    }
    for (let t = 0; t < thresholds.length && strength[i]! > thresholds[t]!; t++) pair[2][t]!++;
  }
  const ascending = <T>(entries: Map<number, T>) => [...entries].sort(([a], [b]) => a - b);
  return { truth: ascending(total), pairs: ascending(pairs).map(([, pair]) => pair) };
}

/** Adds an image's seeds at threshold number `at` to a matrix, `weight` times. */
export function addSeeds(matrix: ConfusionMatrix, counts: SeedCounts, at: number, weight = 1): void {
  const background = new Map(counts.truth);
  for (const [truth, seed, pixels] of counts.pairs) {
    matrix.add(truth, seed, weight * pixels[at]!);
    background.set(truth, background.get(truth)! - pixels[at]!);
  }
  for (const [truth, pixels] of background) matrix.add(truth, 0, weight * pixels);
}
