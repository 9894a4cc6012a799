import { EngineError } from '../../base/errors.js';
import type { Engine } from '../engine.js';
import { type BackendName, loadBackend } from './backend.js';
import { createSession } from './session.js';

/** TensorFlow.js on its best backend here, or on the one named. */
export function tfjs(backend?: BackendName): Engine {
  return {
    name: backend === undefined ? 'tfjs' : `tfjs:${backend}`,
    load: async (graph, options = {}) => {
      if (options.provider !== undefined) {
        throw new EngineError(
          `provider: ${options.provider} belongs to onnxruntime: set engine: onnxruntime, or name a backend as in tfjs:wasm`,
        );
      }
      // TensorFlow reads it once, when its library is loaded; WASM and plain CPU use one thread in Node.js anyway.
      if (options.threads) process.env.TF_NUM_INTRAOP_THREADS ??= String(options.threads);
      const { tf, registered, label, passedOver } = await loadBackend(backend);
      const device = [label, ...passedOver.map((reason) => `not ${reason}`)].join('; ');
      return createSession(tf, registered, device, graph);
    },
  };
}
