import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/base/errors.js';
import { explainedNetwork } from '../../../src/explainer/file/explained-network.js';
import { writeModel } from '../../../src/onnx/write.js';
import { colorNetwork } from '../../cli/world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duplicate-methods-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('explainedNetwork', () => {
  it('refuses a method that is there twice: its maps would have one name', async () => {
    const model = join(folder, 'colors.onnx');
    await writeFile(model, writeModel(colorNetwork()));
    const options = { model, choice: {}, layerAsked: false, top: 1, topAsked: false, given: 0 };
    const made = (methods: readonly string[]) =>
      explainedNetwork({ ...options, methods, atInput: false, portable: true });
    const { outputs } = await made(['grad-cam', 'backprop']);
    expect(outputs.map(({ method }) => method)).toEqual(['grad-cam', 'backprop']);
    const twice = made(['grad-cam', 'backprop', 'grad-cam']);
    await expect(twice).rejects.toBeInstanceOf(ConfigError);
    await expect(twice).rejects.toThrow('grad-cam is there twice');
  });
});
