import type { Box } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import type { BenchConfig } from '../config/schema.js';
import { type Found, found } from '../eval/boxes/gt-known.js';
import type { BoxRule } from '../eval/boxes/largest-box.js';
import type { JudgedNetwork } from '../eval/experiment.js';
import { boxRules } from './localization/boxes.js';
import { BoxDrawer, needsPixels, type Shown } from './localization/drawer.js';

/** Looks for the objects of a class with the map of an output, by that output's box rule. */
type Find = (map: Heatmap, boxes: readonly Box[], output: number) => Found;

/** Draws boxes by the rules of a configuration, as the localization table does. */
export class Finder {
  readonly #rules: readonly (readonly BoxRule[])[];
  #drawer: Promise<BoxDrawer> | undefined;

  constructor({ networks, localization }: Pick<BenchConfig, 'networks' | 'localization'>) {
    this.#rules = networks.map((network) => boxRules(network, localization));
  }

  /** Whether a rule looks at the picture: `needs.pixels`. */
  get pixels(): boolean {
    return needsPixels(this.#rules.flat());
  }

  /** @throws BenchError when a rule needs a package that is not installed */
  async on(image: Shown, { index }: Pick<JudgedNetwork, 'index'>): Promise<Find> {
    this.#drawer ??= BoxDrawer.for(this.#rules.flat());
    const drawer = await this.#drawer;
    const rules = this.#rules[index]!;
    return (map, boxes, output) => found(map, image.geometry, boxes, drawer.box(map, image, rules[output]!));
  }
}
