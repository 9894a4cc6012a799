import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainCommand } from '../../src/cli/explain.js';
import { loadModel } from '../../src/library/load-model.js';
import type { LoadOptions } from '../../src/library/options.js';
import { writeModel } from '../../src/onnx/write.js';
import { colorNetwork } from '../cli/world.js';
import { temporaryFolder } from '../images/temporary-folder.js';

describe('a layer that no method reads', () => {
  const cases: readonly (readonly [LoadOptions, string])[] = [
    [{ methods: ['backprop'] }, 'layer nonsense: backprop does not read it; leave it out'],
    [
      { methods: ['backprop', { name: 'grad-cam', layer: 'relu1' }] },
      'layer nonsense: backprop does not read it',
    ],
    [
      { methods: [{ name: 'grad-cam', layer: 'relu1' }] },
      'layer nonsense: each method names a layer of its own; leave it out',
    ],
  ];
  it.each(cases)('is refused by loadModel: %j', async (options, message) => {
    const path = join(await temporaryFolder(), 'colors.onnx');
    await writeFile(path, writeModel(colorNetwork()));
    const loading = loadModel(path, { ...options, input: { size: 16 }, layer: 'nonsense' });
    await expect(loading).rejects.toThrow(message);
  });

  it('is refused by bench explain', async () => {
    const flags = { images: ['none.png'], method: ['backprop'], layer: 'nonsense', set: [] };
    await expect(Promise.resolve(explainCommand.handler(flags as never))).rejects.toThrow(
      '--layer nonsense: backprop does not read it; leave it out',
    );
  });
});
