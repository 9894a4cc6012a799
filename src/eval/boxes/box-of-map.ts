import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { Segment } from '../../base/segment.js';
import type { Size } from '../../base/size.js';
import { boxOnImage, type InputGeometry, shownExtent } from '../../images/geometry.js';
import { type BoxRule, type GrabCutRule, largestBoxAt } from './largest-box.js';

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
  rule: Pick<Exclude<BoxRule, GrabCutRule>, 'rule' | 'frame'> | Pick<GrabCutRule, 'rule' | 'size'>,
): Size {
  const { input } = geometry;
  if (rule.rule === 'grabcut') {
    const whole = (side: number) => Math.max(1, Math.round(side));
    const factor = Math.min(1, rule.size / Math.max(input.width, input.height));
    return { width: whole(input.width * factor), height: whole(input.height * factor) };
  }
  return rule.frame === 'input' ? input : shownExtent(geometry);
}

/** Pixels of the largest map that boxes are drawn on for this image. */
export function mapArea({ region, input }: InputGeometry): number {
  const shown = Math.ceil(region.width + 1) * Math.ceil(region.height + 1);
  return Math.max(shown, input.width * input.height);
}
