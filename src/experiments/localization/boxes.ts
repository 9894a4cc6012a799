import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { Segment } from '../../base/segment.js';
import type { Size } from '../../base/size.js';
import type { BenchConfig, LocalizationConfig, NetworkConfig } from '../../config/schema.js';
import { type BoxRule, largestBoxAt } from '../../eval/boxes/largest-box.js';
import { boxOnImage, type InputGeometry, shownExtent } from '../../images/geometry.js';

/** The box rule in words: the `box_rule` column. */
export function describeBoxRule(rule: BoxRule): string {
  const smoothed = rule.smooth > 0 ? `smoothed ${rule.smooth}, ` : '';
  const { threshold, comparison, connectivity, largest, upsampling, frame } = rule;
  if (rule.rule === 'mean') {
    const found = rule.alpha_images === undefined ? '' : ` (found on ${rule.alpha_images} held-out images)`;
    return `${smoothed}>${rule.alpha} of mean${found}, one box, ${upsampling} to ${frame}`;
  }
  if (rule.rule === 'contours') {
    return `${smoothed}contours ${rule.levels.join('/')}, stripped, largest box, 8-connected, ${upsampling} to ${frame}`;
  }
  if (rule.rule === 'grabcut') {
    const [low, high] = rule.quantiles;
    const cuts = rule.cuts === 1 ? '1 cut' : `${rule.cuts} cuts`;
    return `${smoothed}grabcut at ${rule.size}, seeds <=${low} and >${high} quantile, ${cuts}, largest ${largest}, ${connectivity}-connected, ${upsampling}`;
  }
  return `${smoothed}${comparison}${threshold} of max, largest ${largest}, ${connectivity}-connected, ${upsampling} to ${frame}`;
}

/**
 * The box rule of each method of a network: the run's, and over it what the method says itself.
 * An α that is still to be searched is none: `withFoundAlphas` comes first.
 */
export function boxRules(
  { methods }: Pick<NetworkConfig, 'methods'>,
  localization: LocalizationConfig,
): readonly BoxRule[] {
  return methods.map(({ box = {} }) => {
    const { alpha = localization.alpha, ...rest } = box;
    if (alpha === 'search') throw new Error('the α of a box rule was not looked up');
    const own = Object.entries(rest).filter(([, value]) => value !== undefined);
    return { ...localization, alpha, ...Object.fromEntries(own) };
  });
}

/** Whether a method of the configuration, or all of them, draw their boxes with OpenCV. */
export function usesGrabCut({
  networks,
  localization,
}: Pick<BenchConfig, 'networks' | 'localization'>): boolean {
  const all = networks.flatMap(({ methods }) => methods);
  return all.some(({ box }) => (box?.rule ?? localization.rule) === 'grabcut');
}

export function centerBoxRule(config: LocalizationConfig): string {
  return `center ${config.center_box}`;
}

/**
 * The box of a map over the network's input, in pixels of the stored image and within it. With `frame: 'image'`
 * the map is drawn at the size that the part of the image which the input shows has in the stored image: the
 * whole image when it was warped, the crop when it was cropped.
 *
 * @param buffer reused for the resized map, grown by the caller
 * @param segment for rule `grabcut`, on the grid of `frameExtent`
 * @returns undefined when the map has no positive value
 */
export function boxOfMap(
  map: Heatmap,
  geometry: InputGeometry,
  rule: BoxRule,
  buffer?: Float32Array,
  segment?: Segment,
): Box | undefined {
  const extent = frameExtent(geometry, rule);
  return boxOnImage(largestBoxAt(map, extent, rule, buffer, segment), extent, geometry);
}

/** The grid that the rule draws its box on; `grabcut` takes the network's input, reduced, whatever the frame. */
export function frameExtent(
  geometry: InputGeometry,
  { rule, frame, size }: Pick<BoxRule, 'rule' | 'frame' | 'size'>,
): Size {
  const { input } = geometry;
  if (rule === 'grabcut') {
    const whole = (side: number) => Math.max(1, Math.round(side));
    const factor = Math.min(1, size / Math.max(input.width, input.height));
    return { width: whole(input.width * factor), height: whole(input.height * factor) };
  }
  return frame === 'input' ? input : shownExtent(geometry);
}

/** Pixels of the largest map that boxes are drawn on for this image. */
export function mapArea({ region, input }: InputGeometry): number {
  const shown = Math.ceil(region.width + 1) * Math.ceil(region.height + 1);
  return Math.max(shown, input.width * input.height);
}
