import { describeInput } from '../cards/describe.js';
import type { LoadedConfig } from '../config/load.js';
import { inputSpec } from './input-spec.js';

/** Who gives a key that the configuration writes itself: nothing is to be said of it. */
const WRITTEN = /^(the configuration|the model)$/;

/** A line for each network whose preprocessing is not all in the configuration: its preprocessing, and the origin of each key. */
export function inputNotes({ config, carded = [] }: LoadedConfig): string[] {
  return carded.flatMap(({ input }, n) => {
    const network = config.networks[n];
    if (network === undefined || [...input.from.values()].every((who) => WRITTEN.test(who))) return [];
    return [`network \`${network.name}\`: input ${describeInput(inputSpec(network.model.input), input)}`];
  });
}
