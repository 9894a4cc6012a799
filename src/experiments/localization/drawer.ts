import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { Segment } from '../../base/segment.js';
import { boxOfMap, frameExtent, mapArea } from '../../eval/boxes/box-of-map.js';
import type { BoxRule, GrabCutRule } from '../../eval/boxes/largest-box.js';
import type { InputGeometry } from '../../images/geometry.js';
import { GrabCut } from '../../images/grabcut.js';
import { resizeBilinear } from '../../images/resize.js';
import type { RgbImage } from '../../images/rgb-image.js';

/** Whether a rule looks at the picture, too. */
export function needsPixels(rules: readonly Pick<BoxRule, 'rule'>[]): boolean {
  return rules.some(({ rule }) => rule === 'grabcut');
}

/** What a map belongs to. */
export interface Shown {
  readonly geometry: InputGeometry;
  /** The network's input as eight-bit RGB; only for rules that need pixels. */
  readonly pixels?: RgbImage | undefined;
}

/** Draws boxes, with a buffer that is reused from map to map and OpenCV loaded when a rule needs it. */
export class BoxDrawer {
  readonly #grabcut: GrabCut | undefined;
  #buffer = new Float32Array(0);
  #reduced: { readonly from: RgbImage; readonly to: RgbImage } | undefined;

  private constructor(grabcut: GrabCut | undefined) {
    this.#grabcut = grabcut;
  }

  /** @throws BenchError when a rule needs what is not installed */
  static async for(rules: readonly BoxRule[]): Promise<BoxDrawer> {
    return new BoxDrawer(needsPixels(rules) ? await GrabCut.load() : undefined);
  }

  /** @see boxOfMap */
  box(map: Heatmap, { geometry, pixels }: Shown, rule: BoxRule): Box | undefined {
    if (this.#buffer.length < mapArea(geometry)) this.#buffer = new Float32Array(mapArea(geometry));
    const segment = rule.rule === 'grabcut' ? this.#segment({ geometry, pixels }, rule) : undefined;
    return boxOfMap(map, geometry, rule, this.#buffer, segment);
  }

  #segment({ geometry, pixels }: Shown, rule: GrabCutRule): Segment {
    return (seeds) => {
      if (this.#grabcut === undefined || pixels === undefined) throw new Error('no pixels to segment');
      return this.#grabcut.segment(this.#reduce(pixels, geometry, rule), seeds, rule.cuts);
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
