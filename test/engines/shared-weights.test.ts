import { expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { shareWeights } from '../../src/engines/shared-weights.js';
import { compile } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import type { Graph } from '../../src/onnx/graph.js';
import { fullyConnected, images, wideNet } from '../methods/small-nets.js';

const compiled = (net: Graph, method: string, k: number) =>
  compile(prepare(net), { requests: [{ method }], k, classes: 'top' }).graph;

/** The maps of the same n images, an array per image. */
async function maps(graph: Graph, n: number): Promise<Float32Array[]> {
  const session = await onnxruntime.load(graph);
  const data = Float32Array.from(images(3).data).subarray(0, n * 192);
  const results = await session.run({ x: { dtype: 'float32', shape: [n, 3, 8, 8], data } });
  await session.close();
  const all = results.map_0!.data as Float32Array;
  const size = all.length / n;
  return Array.from({ length: n }, (_, i) => all.slice(i * size, (i + 1) * size));
}

it.each([1, 2])('MWP of %d classes with weights that are shared is MWP, whatever the batch', async (k) => {
  const graph = compiled(wideNet, 'mwp', k);
  const shared = shareWeights(graph, 1 << 20);
  const added = shared.inputs.slice(1);
  expect(added.map(({ shape }) => shape)).toEqual([[3000, 96]]);
  expect(shared.nodes.filter(({ op }) => op === 'Gemm').length).toBe(
    graph.nodes.filter(({ op }) => op === 'Gemm').length,
  );
  const expected = await maps(graph, 3);
  const batch = await maps(shared, 3);
  batch.forEach((map, i) => {
    const largest = expected[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = map.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[i]![at]!)), 0);
    expect(largest).toBeGreaterThan(0);
    expect(off).toBeLessThan(1e-5 * largest);
  });
  expect(await maps(shared, 1)).toEqual(batch.slice(0, 1));
  expect(await maps(shared, 2)).toEqual(batch.slice(0, 2));
});

it('the network’s own weights, small ones, and those that are read once are left as they are', () => {
  const untouched = (graph: Graph, from: number) => expect(shareWeights(graph, from)).toBe(graph);
  untouched(compiled(wideNet, 'backprop', 1), 4);
  untouched(compiled(wideNet, 'c-mwp', 1), 8 << 20);
  untouched(compiled(fullyConnected, 'grad-cam', 2), 4);
});
