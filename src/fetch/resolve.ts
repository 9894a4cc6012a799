import { existsSync } from 'node:fs';
import { ModelError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { cachedPath, type Environment, isFetched } from './cache.js';
import { type Manifest, readManifest } from './manifest.js';

/**
 * The ONNX file that a name or a path means: a published model's name gives its file in the cache, everything else is
 * a path and comes back unchanged. Nothing is ever downloaded here.
 * @throws ModelError with the command to run when a published model is not fetched yet, and with the nearest name
 *   for a bare word that is neither
 */
export function resolveModel(
  nameOrPath: string,
  environment: Environment = process.env,
  manifest: Manifest = readManifest(),
): string {
  const model = Object.hasOwn(manifest.models, nameOrPath) ? manifest.models[nameOrPath] : undefined;
  if (model !== undefined) {
    const path = cachedPath(nameOrPath, model, environment);
    if (isFetched(path, model.bytes)) return path;
    throw new ModelError(
      `the model \`${nameOrPath}\` (${megabytes(model.bytes)}) is not in the cache: run \`bench fetch ${nameOrPath}\``,
    );
  }
  if (isBareWord(nameOrPath) && !existsSync(nameOrPath)) {
    throw new ModelError(
      `\`${nameOrPath}\` is neither a file nor a published model${didYouMean(nameOrPath, Object.keys(manifest.models))}; \`bench fetch --list\` shows those`,
    );
  }
  return nameOrPath;
}

/** Whether a word can only be meant as a published model's name, or is one. */
export function isPublishedName(word: string, manifest: Manifest = readManifest()): boolean {
  return Object.hasOwn(manifest.models, word);
}

function isBareWord(word: string): boolean {
  return !/[/\\]/.test(word) && !word.endsWith('.onnx');
}

export function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  return `${size.toFixed(size < 10 ? 1 : 0)} MB`;
}
