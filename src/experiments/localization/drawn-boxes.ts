import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { LocalizationConfig, NetworkConfig } from '../../config/schema.js';
import type { BoxRule } from '../../eval/boxes/largest-box.js';
import type { JudgedNetwork } from '../../eval/experiment.js';
import { boxRules } from './boxes.js';
import { BoxDrawer, needsPixels, type Shown } from './drawer.js';

/** Draws the box of a map by its output's rule, in pixels of the stored image; undefined where the rule draws none. */
export type Draw = (map: Heatmap, output: number) => Box | undefined;

/** The boxes of a run: each network's maps by the box rules of the configuration, those of methods included. */
export class DrawnBoxes {
  readonly #rules: readonly (readonly BoxRule[])[];
  #drawer: Promise<BoxDrawer> | undefined;

  constructor(config: {
    readonly networks: readonly Pick<NetworkConfig, 'methods'>[];
    readonly localization: LocalizationConfig;
  }) {
    this.#rules = config.networks.map((network) => boxRules(network, config.localization));
  }

  /** Whether a rule looks at the picture: `needs.pixels`. */
  get pixels(): boolean {
    return needsPixels(this.#rules.flat());
  }

  /** @throws BenchError when a rule needs a package that is not installed */
  async on(image: Shown, { index }: Pick<JudgedNetwork, 'index'>): Promise<Draw> {
    this.#drawer ??= BoxDrawer.for(this.#rules.flat());
    const drawer = await this.#drawer;
    const rules = this.#rules[index]!;
    return (map, output) => drawer.box(map, image, rules[output]!);
  }
}
