import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import type { Explainer } from '../../src/explainer/explainer.js';
import { randomized } from '../../src/explainer/randomize.js';
import { writeModel } from '../../src/onnx/write.js';
import { gapNet, images } from '../methods/small-nets.js';

/* What an explainer answers beside its own run: signed gradients, and maps of the network with other weights. */

const DRAWN = { layers: 2, seed: 3 };
const OPTIONS = { requests: [{ method: 'grad-cam' }], k: 1, classes: 'top' } as const;
const x = Float32Array.from(images(1).data);

let folder: string;
let explainer: Explainer;
let other: Explainer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'further-'));
  const write = async (name: string, graph: typeof gapNet) => {
    await writeFile(join(folder, name), writeModel(graph));
    return join(folder, name);
  };
  const model = await write('gap.onnx', gapNet);
  explainer = await createExplainer({ ...OPTIONS, model, randomized: [{ layers: 1, seed: 1 }, DRAWN] });
  other = await createExplainer({
    ...OPTIONS,
    model: await write('drawn.onnx', randomized(gapNet, DRAWN)),
  });
});
afterAll(async () => {
  await Promise.all([explainer.close(), other.close()]);
  await rm(folder, { recursive: true });
});

describe('gradient', () => {
  it('is what a small step does to the logit of each class, with its sign', async () => {
    const { logits, gradients } = await explainer.ask({
      kind: 'gradient',
      images: x.slice(),
      n: 1,
      classIds: Int32Array.of(4, 1),
    });
    expect(gradients).toHaveLength(2 * x.length);
    expect(logits).toEqual((await explainer.ask({ kind: 'pass', images: x.slice(), n: 1 })).logits);
    // Along the gradient itself, where rounding disturbs least: Δ ≈ |g|² · h.
    for (const [j, id] of [4, 1].entries()) {
      const own = gradients.subarray(j * x.length, (j + 1) * x.length);
      const square = own.reduce((sum, value) => sum + value * value, 0);
      expect(square).toBeGreaterThan(0);
      const h = 0.01 / Math.sqrt(square);
      const moved = await explainer.ask({
        kind: 'scores',
        images: x.map((value, i) => value + h * own[i]!),
        n: 1,
      });
      expect((moved[id]! - logits[id]!) / (h * square)).toBeCloseTo(1, 1);
    }
  });
});

describe('explain', () => {
  it('asks the network with other weights when told to', async () => {
    const ids = Int32Array.of(2, 0);
    const maps = async (from: Explainer, variant?: number) =>
      (await from.ask({ kind: 'maps', images: x.slice(), n: 1, classIds: ids, randomized: variant })).maps[0];
    expect(await maps(explainer, 1)).toEqual(await maps(other));
    expect(await maps(explainer, 0)).not.toEqual(await maps(explainer, 1));
    expect(await maps(explainer)).not.toEqual(await maps(other));
    await expect(maps(explainer, 2)).rejects.toThrow(RangeError);
  });
});
