import { localizationSchema } from '../../../src/config/localization.js';
import { DrawnBoxes } from '../../../src/experiments/localization/drawn-boxes.js';

/** Boxes of one network's methods, by the rule that the keys of a `localization` section make. */
export function drawnBoxes(methods: readonly string[], localization: object = {}): DrawnBoxes {
  return new DrawnBoxes({
    networks: [{ methods: methods.map((name) => ({ name })) }],
    localization: localizationSchema.parse(localization),
  });
}
