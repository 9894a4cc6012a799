import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fill, type Generation, type NetSpec } from './caffe-files.js';
import { alexnet, inception, residual, vgg } from './nets.js';
import { graphOf, runAll } from './run-graph.js';

interface Golden {
  readonly input: readonly number[];
  readonly layers: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly magnitude: number;
    readonly step: number;
    readonly values: readonly number[];
  }[];
}

const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../golden/caffe.json', import.meta.url), 'utf8'),
);

/** Largest difference to PyTorch in any layer, relative to the mean magnitude of the layer's values. */
async function largestDifference(net: NetSpec, name: string, generation: Generation): Promise<number> {
  const { input, layers } = golden[name]!;
  const outputs = await runAll(graphOf(net, generation), fill('data', input, 1), input);
  let worst = 0;
  for (const layer of layers) {
    const got = outputs.get(layer.name);
    expect(got?.shape, layer.name).toEqual(layer.shape);
    const magnitude = got!.values.reduce((sum, value) => sum + Math.abs(value), 0) / got!.values.length;
    const pairs = [
      [magnitude, layer.magnitude],
      ...layer.values.map((value, i) => [got!.values[i * layer.step]!, value]),
    ];
    for (const [ours, theirs] of pairs) worst = Math.max(worst, Math.abs(ours! - theirs!) / layer.magnitude);
  }
  return worst;
}

describe('a converted Caffe network against PyTorch, layer by layer', () => {
  it.each([
    ['alexnet', 'v1', alexnet],
    ['alexnet', 'v2', alexnet],
    ['inception', 'v1', inception],
    ['inception', 'v2', inception],
    ['residual', 'v2', residual],
    ['vgg', 'v1', vgg],
    ['vgg', 'v2', vgg],
  ] as const)('%s written as %s', async (name, generation, net) => {
    expect(await largestDifference(net, name, generation)).toBeLessThan(1e-5);
  });
});
