import { type Layer, layersOf } from '../graph/layers.js';
import type { InputSize } from '../graph/network.js';
import { readModel } from '../onnx/read.js';
import { prepareNamed } from './compile.js';

/**
 * The layers of a model that a map can be read at, in the network's order.
 * @throws ModelError
 */
export async function listLayers(model: string, input?: InputSize): Promise<readonly Layer[]> {
  return layersOf(prepareNamed(model, await readModel(model), input));
}
