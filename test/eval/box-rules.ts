import { localizationSchema } from '../../src/config/localization.js';
import type { BoxRule } from '../../src/eval/boxes/largest-box.js';

/** A box rule with the configuration's defaults for all keys that are not given. */
export const boxRule = (keys: object): BoxRule => localizationSchema.parse(keys);

export const DEFAULT_BOX_RULE = boxRule({});
