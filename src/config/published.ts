import { publishedInput } from '../fetch/manifest.js';
import { isPublishedName } from '../fetch/resolve.js';
import { type Branch, isBranch, merge } from './tree.js';

/**
 * Preprocessing belongs to the model's description: where `model.onnx` is a published model's name, the manifest's
 * input and row of the paper lie under what the configuration says.
 */
export function withPublished(network: Branch): Branch {
  const { model } = network;
  if (!isBranch(model) || typeof model.onnx !== 'string' || !isPublishedName(model.onnx)) return network;
  const { input, paper } = publishedInput(model.onnx);
  return {
    ...network,
    model: {
      ...(paper === undefined ? {} : { paper }),
      ...model,
      input: merge(input, model.input),
    },
  };
}
