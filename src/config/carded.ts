import { resolve } from 'node:path';
import { cardedInput, overridden, refuseUnsaid } from '../cards/expected.js';
import { factsOf, type ModelFacts } from '../cards/find.js';
import { type LayeredInput, layered } from '../cards/layered.js';
import { PRESETS, type PresetName } from '../cards/presets.js';
import { withPublished } from './published.js';
import { type Branch, isBranch } from './tree.js';

/** A network of a document with what its card says under its own keys, and who gave which key of its input. */
export interface CardedNetwork {
  readonly value: Branch;
  readonly facts: ModelFacts;
  readonly input: LayeredInput;
}

/** What there is of a network that has no card. */
export const NO_CARD: Omit<CardedNetwork, 'value'> = {
  facts: { card: undefined, size: undefined, exists: false },
  input: layered([]),
};

const presetOf = (value: unknown): PresetName | undefined => PRESETS.find((name) => name === value);

/**
 * Lays a network's model over its card: input, layer, output, score, background class, each key for itself.
 * @param folder that a relative path counts from
 * @param open whether others may still say what the input is
 * @throws ConfigError for a card that is wrong, and where neither card nor document says anything about the input
 */
export function withCard(network: Branch, folder: string, open: boolean): CardedNetwork {
  const published = withPublished(network);
  const { model } = published;
  if (!isBranch(model) || typeof model.onnx !== 'string') {
    // The check of the whole document names the key that is missing.
    return { ...NO_CARD, value: published };
  }
  const path = resolve(folder, model.onnx);
  const facts = factsOf(model.onnx, path);
  const written = isBranch(network.model) ? network.model.input : undefined;
  const said = {
    from: 'the configuration',
    preset: presetOf(model.preset),
    input: isBranch(written) ? written : {},
  };
  const input = overridden(cardedInput(facts), path, [said]);
  if (!open) refuseUnsaid(model.onnx, facts, input);
  const { layer, output, score, background } = facts.card?.card ?? {};
  const below = { layer, output, score, background };
  const known = Object.entries(below).filter(([, value]) => value !== undefined);
  const value = { ...published, model: { ...Object.fromEntries(known), ...model, input: input.input } };
  return { value, facts, input };
}
