import { createRequire } from 'node:module';
import { ConfigError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Engine } from './engine.js';
import { onnxruntime } from './onnxruntime.js';

export interface EngineStatus {
  readonly name: string;
  readonly available: boolean;
  /** Version and device, or why it cannot be used here. */
  readonly detail: string;
}

const ENGINES: ReadonlyMap<string, Engine> = new Map([[onnxruntime.name, onnxruntime]]);

/** Throws ConfigError for a name that is not registered. */
export function engineNamed(name: string): Engine {
  const engine = ENGINES.get(name);
  if (engine === undefined) {
    const known = [...ENGINES.keys()];
    throw new ConfigError(`unknown engine "${name}"${didYouMean(name, known)}; engines: ${known.join(', ')}`);
  }
  return engine;
}

/** The engines and whether each can run on this machine. */
export function engines(): readonly EngineStatus[] {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return [{ name: 'onnxruntime', available: true, detail: `onnxruntime-node ${version}, CPU` }];
}
