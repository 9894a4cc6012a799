import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import { SEED, type Seeds, type Segment } from '../../base/segment.js';
import { type Connectivity, type LargestBy, largestComponent } from './components.js';

interface GrabcutRule {
  /** Quantiles of the map's values: at most the first is background, above the second foreground; 0…1. */
  readonly quantiles: readonly [number, number];
  readonly connectivity: Connectivity;
  readonly largest: LargestBy;
}

/**
 * The box of Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2013), section 3.2. Saliency
 * above its 95 % quantile seeds the object's colours, below its 30 % quantile the background's. Colours then segment
 * the picture, and the box is that of the foreground's largest component.
 *
 * @param map of the size that `segment` works at
 * @returns undefined for a map without positive values
 */
export function grabcutBox(map: Heatmap, rule: GrabcutRule, segment: Segment): Box | undefined {
  const seeds = quantileSeeds(map, rule.quantiles);
  return seeds && largestComponent(segment(seeds), rule.connectivity, rule.largest)?.box;
}

/**
 * Foreground: above the upper quantile, or at it when nothing is above. Background: at or below the lower one. The q
 * quantile of n values is the one with ⌊q · (n − 1)⌋ others before it in ascending order.
 *
 * @returns undefined for a map without positive values
 */
function quantileSeeds(
  { data, width, height }: Heatmap,
  [low, high]: readonly [number, number],
): Seeds | undefined {
  const sorted = data.slice().sort();
  const maximum = sorted.at(-1) ?? 0;
  if (!(maximum > 0)) return undefined;
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!;
  const [least, most] = [at(low), at(high)];
  const seeds = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value > most || (most === maximum && value === most)) seeds[i] = SEED.foreground;
    else if (value <= least) seeds[i] = SEED.background;
  }
  return { data: seeds, width, height };
}
