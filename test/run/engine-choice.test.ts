import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { reasonAgainst } from '../../src/engines/tfjs/backend.js';
import { banner, settleEngine } from '../../src/run/engine-choice.js';

const DOCUMENT = {
  model: { onnx: 'net.onnx' },
  dataset: { name: 'voc', root: 'voc' },
  methods: ['grad-cam'],
};

function loaded(keys: Record<string, string> = {}) {
  return { name: 'c', path: 'c.yaml', config: parseConfig({ ...DOCUMENT, ...keys }, '/somewhere') };
}

describe('settleEngine', () => {
  it('auto becomes what this machine can do, and says why nothing better', async () => {
    const against = await reasonAgainst('node-gpu');
    const settled = await settleEngine(loaded());
    expect(settled.loaded.config.engine).toBe(against === undefined ? 'tfjs:node-gpu' : 'onnxruntime');
    expect(settled.passedOver).toEqual(against === undefined ? [] : [`tfjs on node-gpu: ${against}`]);
    expect(banner({ device: 'D' }, { ...settled, passedOver: ['a: b'] })).toBe('engine: D; not a: b');
  });

  it('an engine that is named stays, with what else is configured', async () => {
    const { config } = loaded({ engine: 'onnxruntime' });
    expect((await settleEngine(loaded({ engine: 'onnxruntime' }))).loaded.config).toEqual(config);
  });

  it('tfjs becomes one of its backends: they differ in the last bits', async () => {
    const { loaded: settled } = await settleEngine(loaded({ engine: 'tfjs' }));
    expect(settled.config.engine).toMatch(/^tfjs:(node-gpu|node|wasm|cpu)$/);
  });

  it("a provider is onnxruntime's; cpu is the same as none", async () => {
    const cuda = await settleEngine(loaded({ provider: 'cuda' }));
    expect(cuda.loaded.config).toMatchObject({ engine: 'onnxruntime', provider: 'cuda' });
    const cpu = await settleEngine(loaded({ engine: 'onnxruntime', provider: 'cpu' }));
    expect(cpu.loaded.config).not.toHaveProperty('provider');
    await expect(settleEngine(loaded({ engine: 'tfjs:wasm', provider: 'cpu' }))).rejects.toThrow(
      'provider: cpu belongs to onnxruntime, the engine is tfjs:wasm',
    );
  });

  it('an engine that there is none of is refused', async () => {
    await expect(settleEngine(loaded({ engine: 'onnxruntim' }))).rejects.toThrow(
      'unknown engine "onnxruntim" (did you mean',
    );
  });
});
