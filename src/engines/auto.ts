import type { Engine } from './engine.js';
import { onnxruntime } from './onnxruntime.js';
import { reasonAgainst } from './tfjs/backend.js';
import { tfjs } from './tfjs/engine.js';

/**
 * tfjs-node-gpu where its native addon loads and sees a GPU, onnxruntime otherwise. A provider is onnxruntime's, so
 * naming one chooses it.
 */
export const auto: Engine = {
  name: 'auto',
  load: async (graph, options = {}) => {
    if (options.provider !== undefined) return onnxruntime.load(graph, options);
    const reason = await reasonAgainst('node-gpu');
    if (reason === undefined) return tfjs('node-gpu').load(graph, options);
    const session = await onnxruntime.load(graph, options);
    return { ...session, device: `${session.device}; not tfjs on node-gpu: ${reason}` };
  },
};
