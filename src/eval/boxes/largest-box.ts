import { type Box, scaleBox } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import { type Interpolation, resizeMap } from '../../base/resize-map.js';
import type { Segment } from '../../base/segment.js';
import type { Size } from '../../base/size.js';
import { type Comparison, mapMaximum } from '../../base/threshold.js';
import type { InputGeometry } from '../../images/geometry.js';
import { EnlargedMap } from '../maps/enlarged-map.js';
import { smoothMap } from '../maps/smooth.js';
import { type Connectivity, componentsOf, type LargestBy, largestOf } from './components.js';
import { contoursBox } from './contours-box.js';
import { grabcutBox } from './grabcut-box.js';
import { meanBox } from './mean-box.js';
import { runsAbove } from './runs.js';

/** How a map is drawn before its rule reads it. */
export interface Drawing {
  /** σ of a Gaussian smoothing of the resized map, as a share of its longer side; 0: none. */
  readonly smooth: number;
  /** How the map is resized to its frame. */
  readonly upsampling: Interpolation;
  /**
   * `image`: the map is resized to the stored image. `input`: the map is resized to the network's input, and the box
   * scaled from there to the image. Rule `grabcut` has a grid of its own.
   */
  readonly frame: 'image' | 'input';
}

/** Binarise at a share of the maximum, box the largest connected component. */
export interface ThresholdRule extends Drawing {
  readonly rule: 'threshold';
  /** Share of the maximum of the *resized* map (0.15 in the Grad-CAM paper, section 4.1). */
  readonly threshold: number;
  /** Whether a pixel exactly at the threshold is foreground; open in the paper. */
  readonly comparison: Comparison;
  /** Open in the paper. */
  readonly connectivity: Connectivity;
  /** What "largest" counts; open in the paper. */
  readonly largest: LargestBy;
}

/** One tight box round everything above α times the mean. */
export interface MeanRule extends Drawing {
  readonly rule: 'mean';
  /** 1.5 was found for excitation backprop, 5 for the gradient, 4.5 for guided backprop (c-MWP). */
  readonly alpha: number;
  /** How many held-out images α was found on: it changes no box, but what the table says. */
  readonly alpha_images?: number | undefined;
}

/** CAM's released rule: regions at several levels. */
export interface ContoursRule extends Drawing {
  readonly rule: 'contours';
  /** Of the map's 8-bit copy, 0…255. */
  readonly levels: readonly number[];
}

/** The map seeds a segmentation of the picture by its colours. */
export interface GrabCutRule extends Drawing {
  readonly rule: 'grabcut';
  /** Seeds of background and foreground (0.3 and 0.95 in Simonyan et al. 2013, section 3.2). */
  readonly quantiles: readonly [number, number];
  /** Longer side in pixels of the grid that is segmented, never above the network's input. */
  readonly size: number;
  /** 1 cuts once, with colours of the seeds alone; each further cut learns from the one before. */
  readonly cuts: number;
  readonly connectivity: Connectivity;
  readonly largest: LargestBy;
}

/** How a map becomes one box. */
export type BoxRule = ThresholdRule | MeanRule | ContoursRule | GrabCutRule;

/**
 * The box of a map that covers the whole image: sections 1–3 of the localization protocol.
 *
 * @param buffer for the resized map, at least as long as the frame has pixels; see `resizeMap`
 * @returns a box in pixels of the image (fractional with `frame: 'input'`), or undefined when the map has no
 *   positive value. A guess without a box counts as a wrong localization.
 */
export function largestBox(
  map: Heatmap,
  { image, input }: Pick<InputGeometry, 'image' | 'input'>,
  rule: BoxRule,
  buffer?: Float32Array,
): Box | undefined {
  if (rule.frame === 'image') return largestBoxAt(map, image, rule, buffer);
  const box = largestBoxAt(map, input, rule, buffer);
  return box && scaleBox(box, image.width / input.width, image.height / input.height);
}

/**
 * The box of a map in pixels of the given grid, in place of the rule's frame; undefined for an empty map.
 * @param segment for rule `grabcut`: segments the picture on this grid
 */
export function largestBoxAt(
  map: Heatmap,
  extent: Size,
  rule: BoxRule,
  buffer?: Float32Array,
  segment?: Segment,
): Box | undefined {
  if (rule.rule === 'threshold') return componentBox(map, extent, rule, buffer);
  const drawn = drawnMap(map, extent, rule, buffer);
  if (rule.rule === 'mean') return meanBox(drawn, rule.alpha);
  if (rule.rule === 'contours') return contoursBox(drawn, rule.levels);
  if (segment === undefined) throw new Error('box rule grabcut without a picture');
  return grabcutBox(drawn, rule, segment);
}

/** Rule `threshold`. A map without a positive value points nowhere, see `thresholdMap`. */
function componentBox(
  map: Heatmap,
  extent: Size,
  rule: ThresholdRule,
  buffer?: Float32Array,
): Box | undefined {
  const { threshold, comparison, connectivity, largest, upsampling, smooth } = rule;
  const enlarged = upsampling === 'bilinear' && !(smooth > 0) ? EnlargedMap.of(map, extent) : undefined;
  const drawn = enlarged ?? drawnMap(map, extent, rule, buffer);
  const maximum = drawn instanceof EnlargedMap ? drawn.maximum() : mapMaximum(drawn);
  if (!(maximum > 0)) return undefined;
  const level = threshold * maximum;
  const runs =
    drawn instanceof EnlargedMap ? drawn.runsAbove(level, comparison) : runsAbove(drawn, level, comparison);
  return largestOf(componentsOf(runs, connectivity), largest)?.box;
}

/** The map as the rule sees it: resized to the grid and smoothed. */
export function drawnMap(
  map: Heatmap,
  extent: Size,
  { upsampling, smooth }: Pick<Drawing, 'upsampling' | 'smooth'>,
  buffer?: Float32Array,
): Heatmap {
  const resized = resizeMap(map, extent, upsampling, buffer);
  return smoothMap(resized, smooth * Math.max(extent.width, extent.height));
}
