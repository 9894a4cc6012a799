import { ConfigError } from '../base/errors.js';
import type { ModelFacts } from './find.js';
import { type InputLayer, type LayeredInput, layered } from './layered.js';
import { PRESETS, type PresetName, presetInput } from './presets.js';
import { timmInput } from './timm.js';

/** The keys that one place gives, a configuration or the command line. */
export interface Said {
  /** A preset's name lies right under the keys of its own place. */
  readonly preset?: PresetName | undefined;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
  /** For people: `configs/x.yaml`, `flags`. */
  readonly from: string;
}

const DEFAULT_SIDE = 224;

function longestOf(layers: readonly InputLayer[]): number {
  const { size } = layered(layers).input;
  const sides = (Array.isArray(size) ? size : [size]).map(Number).filter(Number.isFinite);
  return sides.length === 0 ? DEFAULT_SIDE : Math.max(...sides);
}

function presetLayer(name: PresetName, model: string, size: number): InputLayer {
  if (name !== 'timm') return { from: `preset ${name}`, input: presetInput(name, size) };
  const { input, file } = timmInput(model);
  return { from: `preset timm, ${file}`, input };
}

/** Who gives the size that the model's file fixes. */
const MODEL = 'the model';

/** What a model's file fixes, under its card, each key for itself. */
export function cardedInput({ card, size }: ModelFacts): LayeredInput {
  return layered([
    { from: MODEL, input: size === undefined ? {} : { size: [...size] } },
    { from: card?.from ?? '', input: card?.card.input ?? {} },
  ]);
}

/**
 * Lays the keys of each place over an input, each key for itself. A preset lies right under the keys of its place. It is a
 * whole preprocessing: of what lies below it, the size alone stays.
 * @param model path of the ONNX file, beside which preset `timm` finds its numbers
 * @param said from the lowest to the highest
 * @throws ConfigError for preset `timm` without its file
 */
export function overridden(base: LayeredInput, model: string, said: readonly Said[]): LayeredInput {
  const below = Object.entries(base.input).map(([key, value]): InputLayer => {
    return { from: base.from.get(key)!, input: { [key]: value } };
  });
  const keys = said.map(({ input = {}, from }) => ({ from, input }));
  const longest = longestOf([...below, ...keys]);
  const sizeOf = ({ from, input }: InputLayer): InputLayer => {
    return { from, input: input.size === undefined ? {} : { size: input.size } };
  };
  let layers: InputLayer[] = [...below];
  for (const { preset, input = {}, from } of said) {
    if (preset !== undefined) layers = [...layers.map(sizeOf), presetLayer(preset, model, longest)];
    layers.push({ from, input });
  }
  return layered(layers);
}

/** Whether no more is known of an input than the size that the file fixes. */
export function isUnsaid({ exists }: Pick<ModelFacts, 'exists'>, { from }: LayeredInput): boolean {
  return exists && [...from.values()].every((who) => who === MODEL);
}

/**
 * Refuses an input of which no more is known than the size that the file fixes.
 * @throws ConfigError: one line that lists the presets
 */
export function refuseUnsaid(model: string, facts: ModelFacts, input: LayeredInput): void {
  if (!isUnsaid(facts, input)) return;
  throw new ConfigError(
    `${model}: nothing says how it wants its pixels: name a preset (${PRESETS.join(', ')}) with --preset (model.preset in a configuration), give --mean, --std and the like (model.input), or write its card with \`bench card\``,
  );
}

/**
 * What to say of an input whose numbers nothing gives: most networks want other ones, and the picture looks good all the same.
 * @returns undefined where a card, a preset or a key states scale, mean or std
 */
export function rawPixelsNote({ from }: LayeredInput): string | undefined {
  if (['scale', 'mean', 'std'].some((key) => from.has(key))) return undefined;
  return 'note: pixels go in as 0…255, because neither a card nor a preset nor a flag says otherwise (--preset, --scale, --mean, --std; `--preset raw` if that is right)';
}
