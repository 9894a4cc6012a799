import type { InputKeys } from './presets.js';

/** Keys of an input section, and who gives them. */
export interface InputLayer {
  /** For people: `card x.card.json`, `preset clip`, `--mean`. */
  readonly from: string;
  readonly input: InputKeys;
}

/** An input section, and who gave each key of it. */
export interface LayeredInput {
  readonly input: InputKeys;
  readonly from: ReadonlyMap<string, string>;
}

/** Joins layers key by key: what a later one says counts. A key that is undefined says nothing. */
export function layered(layers: readonly InputLayer[]): LayeredInput {
  const input = new Map<string, unknown>();
  const from = new Map<string, string>();
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer.input)) {
      if (value === undefined) continue;
      input.set(key, value);
      from.set(key, layer.from);
    }
  }
  return withoutStaleSide(layers, { input: Object.fromEntries(input), from });
}

const longest = (size: unknown) =>
  Array.isArray(size) ? Math.max(...size.map(Number)) : Number(size ?? 224);

/**
 * A short side belongs to the crop that it was written for: where a later layer takes another way to resize, it would only
 * contradict that.
 */
function withoutStaleSide(layers: readonly InputLayer[], { input, from }: LayeredInput): LayeredInput {
  const { short_side: side, ...rest } = input;
  const lastOf = (key: string) => layers.findLastIndex((layer) => layer.input[key] !== undefined);
  if (side === undefined || input.resize === 'crop' || lastOf('resize') <= lastOf('short_side')) {
    return { input, from };
  }
  const contradicts = input.resize === 'short-side' || Number(side) < longest(input.size);
  if (!contradicts) return { input, from };
  return { input: rest, from: new Map([...from].filter(([key]) => key !== 'short_side')) };
}
