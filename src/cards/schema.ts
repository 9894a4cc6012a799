import { z } from 'zod';
import { ConfigError, messageOf } from '../base/errors.js';
import { describeIssue } from '../config/issues.js';
import { inputSchema } from '../config/model.js';
import { section } from '../config/section.js';
import { SCORE_KINDS } from '../graph/scores/score.js';
import type { InputKeys } from './presets.js';

const text = z.string().min(1);

/** The list of class names that comes with the program: ILSVRC2012's 1000, in the order of sorted wnids. */
export const IMAGENET = 'imagenet';

/** A card as written: what a network expects, and where it is from. Its `input` has the keys of `model.input`. */
const cardSchema = section({
  input: inputSchema.optional(),
  /** `imagenet`, a file of names beside the card, or the names, each alone or behind its id: `n02123045 tabby, tabby cat`. */
  classes: z
    .union([text, z.array(text).min(1)], { error: 'expected `imagenet`, a file, or a list of names' })
    .optional(),
  /** The network's first output is a background class that the names do not have. */
  background: z.boolean().optional(),
  /** The layer that layer-wise methods read. */
  layer: text.optional(),
  output: text.optional(),
  score: z.enum(SCORE_KINDS).optional(),
  licence: text.optional(),
  /** Where the weights are from. */
  source: text.optional(),
});

/** A card whose keys were checked; `input` has only those that were written. */
export interface Card extends Omit<z.output<typeof cardSchema>, 'input'> {
  readonly input?: InputKeys;
}

/** The key of an ONNX file's metadata that holds a card. */
export const METADATA_KEY = 'explanation-bench.card';

/**
 * Checks a card.
 * @param where names it in messages
 * @throws ConfigError: one line with the key, what was expected, and the nearest key to one that there is none of
 */
export function checkedCard(value: unknown, where: string): Card {
  const parsed = cardSchema.safeParse(value);
  if (!parsed.success) throw new ConfigError(`${where}: ${describeIssue(parsed.error.issues[0]!, value)}`);
  const { input: _complete, ...rest } = parsed.data;
  // The defaults that the schema fills in must not hide what lies below.
  const { input } = value as { readonly input?: InputKeys };
  return { ...rest, ...(input === undefined ? {} : { input }) };
}

/** @throws ConfigError as `checkedCard` does, and where the text is no JSON */
export function parseCard(json: string, where: string): Card {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ConfigError(`${where}: not JSON: ${messageOf(error)}`);
  }
  return checkedCard(value, where);
}
