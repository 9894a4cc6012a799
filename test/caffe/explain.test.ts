import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { writeModel } from '../../src/onnx/write.js';
import { fill, type NetSpec } from './caffe-files.js';
import { alexnet, inception, residual, vgg } from './nets.js';
import { graphOf } from './run-graph.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caffe-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function explain(net: NetSpec, requests: readonly { method: string; layer?: string }[]) {
  const model = join(folder, `${net.name}.onnx`);
  await writeFile(model, writeModel(graphOf(net)));
  const explainer = await createExplainer({ model, requests, k: 2, classes: 'top', threads: 1 });
  const batch = await explainer.ask({ kind: 'pass', images: fill('data', [2, ...net.input], 1), n: 2 });
  await explainer.close();
  return { explainer, batch };
}

describe('a converted network is explained', () => {
  it.each([
    ['alexnet', alexnet, 'relu3', 4],
    ['residual', residual, 'res2b_relu', 5],
    ['vgg', vgg, 'relu5_3', 8],
  ] as const)(
    '%s by Grad-CAM at the layer that the paper reads, under its Caffe name',
    async (_, net, layer, side) => {
      const { explainer, batch } = await explain(net, [
        { method: 'grad-cam' },
        { method: 'grad-cam', layer },
      ]);
      expect(explainer.outputs.map((output) => output.layer)).toEqual([layer, layer]);
      expect(explainer.outputs[0]).toMatchObject({ height: side, width: side });
      expect(batch.maps[0]).toEqual(batch.maps[1]);
      expect(Math.max(...batch.maps[0]!)).toBeGreaterThan(0);
    },
  );

  it('CAM applies to a head of average pooling over the whole layer, and agrees with Grad-CAM up to H·W', async () => {
    const { explainer, batch } = await explain(inception, [
      { method: 'cam' },
      { method: 'grad-cam', layer: 'CAM_relu' },
    ]);
    expect(explainer.outputs.map(({ layer }) => layer)).toEqual(['CAM_relu', 'CAM_relu']);
    const [cam, gradCam] = batch.maps as [Float32Array, Float32Array];
    expect(Math.max(...cam)).toBeGreaterThan(0);
    // The gradient at each of 3×3 positions is w/9, and its mean over them is that again.
    for (const [i, value] of cam.entries()) expect(gradCam[i]! * 9).toBeCloseTo(value, 5);
  });
});
