import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExplainer } from '../../../src/explainer/create-explainer.js';
import { explainedNetwork } from '../../../src/explainer/file/explained-network.js';
import { writeModel } from '../../../src/onnx/write.js';
import { colorNetwork } from '../../cli/world.js';
import { temporaryFolder } from '../../images/temporary-folder.js';
import { openModel, RUNTIMES } from './runtimes.js';

const IMAGE = Float32Array.from({ length: 3 * 256 }, (_, i) => ((i * 37) % 101) / 50 - 1);

async function network(): Promise<string> {
  const path = join(await temporaryFolder(), 'colors.onnx');
  await writeFile(path, writeModel(colorNetwork()));
  return path;
}

it.each(RUNTIMES)('classes that are given are explained, and others refused, on %s', async (runtime) => {
  const model = await network();
  const methods = ['grad-cam', 'backprop'];
  const { graph } = await explainedNetwork({
    ...{ model, methods, choice: {}, layerAsked: false, top: 1, topAsked: false, given: 1 },
    ...{ atInput: false, portable: true },
  });
  const compiled = await openModel(writeModel(graph), runtime);
  const run = (id: bigint) =>
    compiled.run({
      input: { type: 'float32', data: IMAGE, dims: [1, 3, 16, 16] },
      given: { type: 'int64', data: BigInt64Array.of(id), dims: [1, 1] },
    });
  const requests = methods.map((method) => ({ method }));
  const explainer = await createExplainer({ model, requests, k: 3, classes: 'top', engine: 'onnxruntime' });
  const { classIds, maps } = await explainer.ask({ kind: 'pass', images: IMAGE.slice(), n: 1 });
  await explainer.close();
  for (const id of [0, 1, 2, -1]) {
    const found = await run(BigInt(id));
    const meant = (id + 3) % 3;
    expect(Number(found.classes!.data[1])).toBe(meant);
    const place = [...classIds].map(Number).indexOf(meant);
    for (const [i, method] of methods.entries()) {
      const own = found[method]!.data as Float32Array;
      expect(own.slice(256)).toEqual(maps[i]!.slice(place * 256, (place + 1) * 256));
    }
  }
  for (const id of [3n, 1000n, -4n])
    await expect(run(id)).rejects.toThrow(/indices element out of data bounds/);
});
