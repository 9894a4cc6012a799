import { factsOf } from '../cards/find.js';
import { parseInput } from '../config/load.js';
import { type ModelReport, reportModel } from '../explainer/layers.js';
import { resolveModel } from '../fetch/resolve.js';
import { checkScore } from './checked-options.js';
import type { LoadOptions } from './options.js';
import { pathOf } from './picture.js';

/** What `inspectModel` may be told; the rest is the card's. */
export interface InspectOptions extends Pick<LoadOptions, 'output' | 'score'> {
  /** Size of the input where the model leaves it open: pixels of a square, or [height, width]. */
  readonly size?: number | readonly [number, number] | undefined;
}

/**
 * What can be explained of a network: its score, the layers that a map can be read at, and the methods that run on it.
 * Each method that is reported to work has run once.
 * @param file path or file URL of an ONNX file, or the name of a fetched network
 * @throws ModelError when no method can explain it, ConfigError for an option that does not fit
 */
export async function inspectModel(file: string | URL, options: InspectOptions = {}): Promise<ModelReport> {
  checkScore(options.score);
  const name = pathOf(file);
  const path = resolveModel(name);
  const card = factsOf(name, path).card?.card ?? {};
  const size = options.size ?? (card.input?.size as InspectOptions['size']);
  const input = size === undefined ? undefined : parseInput({ size }).size;
  const { output = card.output, score = card.score } = options;
  return reportModel(path, input, { output, score });
}
