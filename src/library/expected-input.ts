import { ConfigError } from '../base/errors.js';
import { cardedInput, isUnsaid, overridden } from '../cards/expected.js';
import type { ModelFacts } from '../cards/find.js';
import type { LayeredInput } from '../cards/layered.js';
import { PRESETS } from '../cards/presets.js';
import { parseInput } from '../config/load.js';
import type { InputSpec } from '../images/preprocess.js';
import { inputSpec } from '../run/input-spec.js';
import { checkChoice } from './checked-options.js';
import type { InputOptions, LoadOptions } from './options.js';

/** Who says so, in messages. */
const FROM = 'options';

/** The keys as a configuration has them; what is left out says nothing. */
function keysOf(options: InputOptions): Readonly<Record<string, unknown>> {
  const { shortSide, ...rest } = options;
  return Object.fromEntries(
    Object.entries({ ...rest, short_side: shortSide }).filter(([, value]) => value !== undefined),
  );
}

/**
 * What is known of a network's input: what its file fixes, under its card, a preset and the options, each key for itself.
 * @throws ConfigError for a value that is none
 */
export function layeredInput(
  model: string,
  facts: ModelFacts,
  { preset, input = {} }: Pick<LoadOptions, 'preset' | 'input'>,
): LayeredInput {
  checkChoice('preset', preset, PRESETS);
  const keys = keysOf(input);
  parseInput(keys);
  return overridden(cardedInput(facts), model, [{ from: FROM, preset, input: keys }]);
}

/**
 * The preprocessing of a network.
 * @throws ConfigError as `layeredInput` does, for parts that contradict each other, and where nothing is known
 */
export function expectedInput(
  model: string,
  facts: ModelFacts,
  options: Pick<LoadOptions, 'preset' | 'input'>,
): InputSpec {
  const layered = layeredInput(model, facts, options);
  if (isUnsaid(facts, layered)) {
    throw new ConfigError(
      `${model}: nothing says how it wants its pixels: give loadModel a preset (${PRESETS.join(', ')}) or an input, or write its card with \`bench card\``,
    );
  }
  return specOf(layered);
}

/** The preprocessing of all that is said. @throws ConfigError for parts that contradict each other */
export function specOf({ input }: LayeredInput): InputSpec {
  return inputSpec(parseInput({ ...input }));
}
