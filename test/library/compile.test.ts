import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { readModel } from '../../src/onnx/read.js';
import { makeWorld } from '../cli/world.js';
import { library } from './library.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-compile-'));
  await makeWorld(folder, 3);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('compile', () => {
  it('writes a file whose scores and maps are those of the model', async () => {
    const { compile, loadModel, ConfigError, ModelError } = await library();
    const input = { size: 16, scale: 1 / 255 } as const;
    const [source, out] = [join(folder, 'colors.onnx'), join(folder, 'explained.onnx')];
    const methods = ['grad-cam', 'backprop'];
    const options = { methods, top: 2, input, labels: ['red', 'green', 'blue'] };
    const { files, values, notes } = await compile(source, out, options);
    expect([files, notes]).toEqual([[out], []]);
    expect(values.map(({ name }) => name)).toEqual(['input', 'scores', 'classes', 'grad-cam', 'backprop']);
    const area = 16 * 16;
    const data = Uint8Array.from({ length: 3 * area }, (_, i) => (i * 37) % (i % 3 === 1 ? 251 : 130));
    const pixels = Float32Array.from(
      { length: 3 * area },
      (_, i) => data[3 * (i % area) + Math.floor(i / area)]! / 255,
    );
    const model = await loadModel(source, { methods, top: 2, input });
    const session = await onnxruntime.load(await readModel(out));
    try {
      const { classes, scores } = await model.explain({ data, width: 16, height: 16 });
      const found = await session.run({ input: { dtype: 'float32', shape: [1, 3, 16, 16], data: pixels } });
      const near = (name: string, expected: readonly number[]) => {
        const own = Array.from(found[name]!.data as Float32Array);
        expect(own).toHaveLength(expected.length);
        for (const [i, value] of own.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
      };
      near('scores', [...scores]);
      expect(Array.from(found.classes!.data, Number)).toEqual(classes.map(({ index }) => index));
      for (const [i, name] of methods.entries())
        near(
          name,
          classes.flatMap(({ maps }) => [...maps[i]!.data]),
        );
      expect(Math.max(...classes[0]!.maps[0]!.data)).toBeGreaterThan(0);
    } finally {
      await session.close();
      await model.close();
    }
    await expect(compile(source, out, options)).rejects.toBeInstanceOf(ModelError);
    await compile(source, out, { ...options, overwrite: true });
    const unknown = compile(source, join(folder, 'other.onnx'), { embedPreprocessing: true });
    await expect(unknown).rejects.toBeInstanceOf(ConfigError);
  });
});
