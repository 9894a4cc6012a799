import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/cards/find.js';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { compile } from '../../src/library/compile.js';
import { writeModel } from '../../src/onnx/write.js';
import { colorNetwork } from '../cli/world.js';
import { temporaryFolder } from '../images/temporary-folder.js';

const INPUT = { size: 16, scale: 1 / 255 } as const;

/** The network of colours, with another name for what its convolution makes. */
async function network(conv = 'conv1'): Promise<string> {
  const path = join(await temporaryFolder(), 'colors.onnx');
  const { nodes, ...rest } = colorNetwork();
  const named = (name: string) => (name === 'conv1' ? conv : name);
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(named),
    outputs: node.outputs.map(named),
  }));
  await writeFile(path, writeModel({ ...rest, nodes: renamed }));
  return path;
}

const outOf = (path: string) => path.replace('colors', 'explained');
const layerInside = (path: string) => factsOf(path, path).card?.card.layer;

async function mapOf(model: string, layer: string) {
  const explainer = await createExplainer({
    ...{ model, layer, requests: [{ method: 'grad-cam' }], k: 1, classes: 'top' },
    ...(model.includes('explained') ? { choice: { output: 'scores' } } : {}),
  });
  try {
    const images = Float32Array.from({ length: 3 * 256 }, (_, i) => ((i * 37) % 101) / 50 - 1);
    return { ...(await explainer.ask({ kind: 'pass', images, n: 1 })), layer: explainer.outputs[0]!.layer };
  } finally {
    await explainer.close();
  }
}

describe('a compiled file that is explained again', () => {
  it.each(['conv1', 'grad-cam'])('reads the layer that was compiled: %s', async (conv) => {
    const path = await network(conv);
    await compile(path, outOf(path), { input: INPUT, layer: conv });
    const inside = layerInside(outOf(path));
    expect(inside).toBe(conv === 'grad-cam' ? 'network/grad-cam' : conv);
    const again = await mapOf(outOf(path), inside!);
    const first = await mapOf(path, conv);
    expect(again.layer).toBe(inside);
    expect({ ...again, layer: '' }).toEqual({ ...first, layer: '' });
  });

  it('reads the default layer, and that of the card where no method read one', async () => {
    const path = await network();
    await compile(path, outOf(path), { input: INPUT });
    expect(layerInside(outOf(path))).toBe('relu1');
    await writeFile(path.replace('.onnx', '.card.json'), JSON.stringify({ input: INPUT, layer: 'conv1' }));
    await compile(path, outOf(path), { methods: ['backprop'], overwrite: true });
    expect(layerInside(outOf(path))).toBe('conv1');
  });
});
