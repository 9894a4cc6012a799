import type { Engine, EngineOptions } from './engine.js';
import { onnxruntime } from './onnxruntime.js';
import { loadBackend, reasonAgainst } from './tfjs/backend.js';
import { tfjs } from './tfjs/engine.js';

/** The chosen engine by its full name, which fixes the numbers. `auto` and `tfjs` leave that choice to the machine. */
interface ChosenEngine {
  readonly name: string;
  /** Why each better one was passed over. */
  readonly passedOver: readonly string[];
}

/**
 * tfjs-node-gpu where its native addon loads and sees a GPU, onnxruntime otherwise. A provider is onnxruntime's, so
 * naming one chooses it. `tfjs` becomes `tfjs:` and the best backend of this machine; any other name stays.
 * @throws EngineError where no backend of tfjs loads
 */
export async function chooseEngine(name: string, provider?: string): Promise<ChosenEngine> {
  if (name === 'auto') {
    if (provider !== undefined) return { name: 'onnxruntime', passedOver: [] };
    const reason = await reasonAgainst('node-gpu');
    if (reason === undefined) return { name: 'tfjs:node-gpu', passedOver: [] };
    return { name: 'onnxruntime', passedOver: [`tfjs on node-gpu: ${reason}`] };
  }
  if (name !== 'tfjs') return { name, passedOver: [] };
  const loaded = await loadBackend();
  return { name: `tfjs:${loaded.name}`, passedOver: loaded.passedOver };
}

export const auto: Engine = {
  name: 'auto',
  load: async (graph, options: EngineOptions = {}) => {
    const { name, passedOver } = await chooseEngine('auto', options.provider);
    const session = await (name === 'onnxruntime' ? onnxruntime : tfjs('node-gpu')).load(graph, options);
    return { ...session, device: describeDevice(session.device, passedOver) };
  },
};

/** What computes, and why nothing better does: one line for people. */
export function describeDevice(device: string, passedOver: readonly string[]): string {
  return [device, ...passedOver.map((why) => `not ${why}`)].join('; ');
}
