import { ConfigError, messageOf } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { auto } from './auto.js';
import type { Engine, EngineStatus } from './engine.js';
import { onnxruntime, onnxruntimeStatus } from './onnxruntime.js';
import { BACKENDS, loadBackend } from './tfjs/backend.js';
import { tfjs } from './tfjs/engine.js';

export { chooseEngine, describeDevice } from './auto.js';
export type { EngineStatus } from './engine.js';

const ENGINES: ReadonlyMap<string, Engine> = new Map(
  [auto, onnxruntime, tfjs(), ...BACKENDS.map(tfjs)].map((engine) => [engine.name, engine]),
);

/**
 * `auto`, `onnxruntime`, `tfjs`, or `tfjs:` with one of its backends (node-gpu, node, wasm, cpu).
 * @throws ConfigError for a name that is not registered
 */
export function engineNamed(name: string): Engine {
  const engine = ENGINES.get(name);
  if (engine === undefined) {
    const known = [...ENGINES.keys()];
    throw new ConfigError(`unknown engine "${name}"${didYouMean(name, known)}; engines: ${known.join(', ')}`);
  }
  return engine;
}

/** The engines, whether each can run on this machine, the backend that tfjs would take and why none better. */
export async function engines(): Promise<readonly EngineStatus[]> {
  return [onnxruntimeStatus(), await tfjsStatus()];
}

async function tfjsStatus(): Promise<EngineStatus> {
  try {
    const { label, passedOver } = await loadBackend();
    return {
      name: 'tfjs',
      available: true,
      detail: [label, ...passedOver.map((why) => `not ${why}`)].join('; '),
    };
  } catch (error) {
    return { name: 'tfjs', available: false, detail: messageOf(error) };
  }
}
