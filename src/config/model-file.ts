import { ConfigError } from '../base/errors.js';
import type { NetworkConfig } from './schema.js';

/**
 * The file of a network that is to run.
 * @throws ConfigError for one whose maps were made elsewhere: it has no file
 */
export function modelFile({ name, model }: Pick<NetworkConfig, 'name' | 'model'>): string {
  if (model.onnx !== undefined) return model.onnx;
  throw new ConfigError(`network \`${name}\` is a folder of maps: this needs a network that runs`);
}
