import { describe, expect, it } from 'vitest';
import { reasonAgainst } from '../../src/engines/tfjs/backend.js';
import { chosenEngine, engineLine, noteEngine } from '../../src/run/engine-choice.js';

describe('chosenEngine', () => {
  it('auto becomes what this machine can do, and says why nothing better', async () => {
    const against = await reasonAgainst('node-gpu');
    const choice = await chosenEngine('auto', undefined);
    expect(choice.engine).toBe(against === undefined ? 'tfjs:node-gpu' : 'onnxruntime');
    expect(choice.passedOver).toEqual(against === undefined ? [] : [`tfjs on node-gpu: ${against}`]);
  });

  it('is said in one line, and why nothing better is there to those who ask', () => {
    const said = (keys: Parameters<typeof engineLine>[0]) => {
      const lines: string[] = [];
      const tell = (kind: string) => (line: string) => void lines.push(`${kind}: ${line}`);
      noteEngine(keys, { device: 'D' }, ['a: b'], { note: tell('note'), detail: tell('detail') });
      return lines;
    };
    expect(said({ engine: 'onnxruntime', threads: 2 })).toEqual([
      'note: engine: onnxruntime (cpu, 2 threads)',
      'detail: engine: D; not a: b',
    ]);
    expect(engineLine({ engine: 'onnxruntime', provider: 'cuda', threads: 1 })).toBe(
      'engine: onnxruntime (cuda, 1 thread)',
    );
    expect(engineLine({ engine: 'tfjs:wasm' })).toBe('engine: tfjs (wasm)');
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
