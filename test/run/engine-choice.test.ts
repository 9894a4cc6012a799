import { describe, expect, it } from 'vitest';
import { reasonAgainst } from '../../src/engines/tfjs/backend.js';
import { banner, chosenEngine } from '../../src/run/engine-choice.js';

describe('chosenEngine', () => {
  it('auto becomes what this machine can do, and says why nothing better', async () => {
    const against = await reasonAgainst('node-gpu');
    const choice = await chosenEngine('auto', undefined);
    expect(choice.engine).toBe(against === undefined ? 'tfjs:node-gpu' : 'onnxruntime');
    expect(choice.passedOver).toEqual(against === undefined ? [] : [`tfjs on node-gpu: ${against}`]);
    expect(banner({ device: 'D' }, { ...choice, passedOver: ['a: b'] })).toBe('engine: D; not a: b');
  });

  it('an engine that is named stays, and nothing else is said of it', async () => {
    expect(await chosenEngine('onnxruntime', undefined)).toEqual({ engine: 'onnxruntime', passedOver: [] });
  });

  it('tfjs becomes one of its backends: they differ in the last bits', async () => {
    const { engine } = await chosenEngine('tfjs', undefined);
    expect(engine).toMatch(/^tfjs:(node-gpu|node|wasm|cpu)$/);
  });

  it("a provider is onnxruntime's; cpu is the same as none", async () => {
    const cuda = await chosenEngine('auto', 'cuda');
    expect(cuda).toMatchObject({ engine: 'onnxruntime', provider: 'cuda' });
    const cpu = await chosenEngine('onnxruntime', 'cpu');
    expect(cpu).not.toHaveProperty('provider');
    await expect(chosenEngine('tfjs:wasm', 'cpu')).rejects.toThrow(
      'provider: cpu belongs to onnxruntime, the engine is tfjs:wasm',
    );
  });

  it('an engine that there is none of is refused', async () => {
    await expect(chosenEngine('onnxruntim', undefined)).rejects.toThrow(
      'unknown engine "onnxruntim" (did you mean',
    );
  });
});
