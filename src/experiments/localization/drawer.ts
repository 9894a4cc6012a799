import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { Segment } from '../../base/segment.js';
import type { BenchConfig } from '../../config/schema.js';
import { boxOfMap, frameExtent, mapArea } from '../../eval/boxes/box-of-map.js';
import type { BoxRule, GrabCutRule } from '../../eval/boxes/largest-box.js';
import type { InputGeometry } from '../../images/geometry.js';
import { GrabCut } from '../../images/grabcut.js';
import { resizeBilinear } from '../../images/resize.js';
import type { RgbImage } from '../../images/rgb-image.js';
import { boxRules, usesGrabCut } from './boxes.js';

/** What a map belongs to. */
interface Shown {
  readonly geometry: InputGeometry;
  /** The network's input as eight-bit RGB; only for rules that need pixels. */
  readonly pixels?: RgbImage | undefined;
}

/** Draws the box of a map by its output's rule, in pixels of the stored image; undefined where the rule draws none. */
export type Draw = (map: Heatmap, output: number) => Box | undefined;

/** Draws the boxes of a network's maps, with a buffer that is reused from map to map. OpenCV is loaded if a rule needs it. */
export class BoxDrawer {
  readonly #rules: readonly BoxRule[];
  #grabcut: Promise<GrabCut> | undefined;
  #buffer = new Float32Array(0);
  #reduced: { readonly from: RgbImage; readonly to: RgbImage } | undefined;

  /** @param rules the box rule of each output */
  constructor(rules: readonly BoxRule[]) {
    this.#rules = rules;
  }

  /** Whether a rule looks at the picture, too. */
  get #pixels(): boolean {
    return this.#rules.some(({ rule }) => rule === 'grabcut');
  }

  /** @throws BenchError when a rule needs what is not installed */
  async on({ geometry, pixels }: Shown): Promise<Draw> {
    if (this.#pixels) this.#grabcut ??= GrabCut.load();
    const grabcut = await this.#grabcut;
    return (map, output) => {
      const rule = this.#rules[output]!;
      if (this.#buffer.length < mapArea(geometry)) this.#buffer = new Float32Array(mapArea(geometry));
      const segment: Segment | undefined =
        rule.rule === 'grabcut'
          ? (seeds) => {
              if (grabcut === undefined || pixels === undefined) throw new Error('no pixels to segment');
              return grabcut.segment(this.#reduce(pixels, geometry, rule), seeds, rule.cuts);
            }
          : undefined;
      return boxOfMap(map, geometry, rule, this.#buffer, segment);
    };
  }

  /** The picture on the rule's grid, kept for the next map of the same one. */
  #reduce(pixels: RgbImage, geometry: InputGeometry, rule: GrabCutRule): RgbImage {
    const size = frameExtent(geometry, rule);
    if (size.width === pixels.width && size.height === pixels.height) return pixels;
    const kept = this.#reduced;
    if (kept?.from === pixels && kept.to.width === size.width && kept.to.height === size.height)
      return kept.to;
    const to = resizeBilinear(pixels, size);
    this.#reduced = { from: pixels, to };
    return to;
  }
}

/** The drawers of a configuration's networks. */
export interface BoxDrawers {
  /** Whether a rule looks at the picture, too: `needs.pixels`. */
  readonly pixels: boolean;
  /** Made when it is first asked for: `bench alpha` sets up experiments whose α is still to be searched. */
  readonly of: (network: { readonly index: number }) => BoxDrawer;
}

/** A drawer for each network of a configuration, by the rules of its methods. */
export function boxDrawers({
  networks,
  localization,
}: Pick<BenchConfig, 'networks' | 'localization'>): BoxDrawers {
  const made = new Map<number, BoxDrawer>();
  return {
    pixels: usesGrabCut({ networks, localization }),
    of: ({ index }) => {
      const drawer = made.get(index) ?? new BoxDrawer(boxRules(networks[index]!, localization));
      made.set(index, drawer);
      return drawer;
    },
  };
}
