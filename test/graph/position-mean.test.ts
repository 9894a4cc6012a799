import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import { meanOverPositions } from '../../src/graph/position-mean.js';
import type { Node } from '../../src/onnx/graph.js';
import { graphOf, int64, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

/** The map whose mean over its positions `v` is, of these nodes behind `layer` [N, 2, 4, 4]. */
function mapOf(...nodes: readonly Node[]): string | undefined {
  const graph = graphOf(
    [
      nodeOf('Conv', ['x', 'c'], ['layer'], { pads: [1, 1, 1, 1] }),
      ...nodes,
      nodeOf('Reshape', ['v', 'flatTo'], ['flat']),
      // Numbers of any width become four scores.
      nodeOf('ReduceSum', ['flat', 'axis1'], ['s']),
      nodeOf('MatMul', ['s', 'w'], ['z']),
    ],
    [valueInfo('x', ['N', 3, 4, 4])],
    [valueInfo('z', ['N', 4])],
    {
      c: randomWeights([2, 3, 3, 3], 1),
      w: randomWeights([1, 4], 2),
      flatTo: int64([0, -1]),
      axis1: int64([1]),
      axes23: int64([2, 3]),
      axis2: int64([2]),
      tokens: int64([0, 2, -1]),
    },
  );
  const b = new GraphBuilder(prepareFor(graph, [3, 4, 4]), 1);
  // `v` may be an alias of the node that lowering left; the one that is read by the Reshape counts.
  const made = [...b.network.graph.nodes].find(({ outputs }) => outputs.includes('v'))!;
  return meanOverPositions(b, made);
}

const over = (axes: readonly number[], keepdims: number) =>
  nodeOf('ReduceMean', ['layer'], ['v'], { axes, keepdims });

it.each([
  ['global average pooling', [nodeOf('GlobalAveragePool', ['layer'], ['v'])]],
  ['a pool with one window', [nodeOf('AveragePool', ['layer'], ['v'], { kernel_shape: [4, 4] })]],
  ['a mean over both axes', [over([2, 3], 0)]],
  ['over negative ones', [over([-1, -2], 1)]],
  ['a sum', [nodeOf('ReduceSum', ['layer', 'axes23'], ['v'], { keepdims: 0 })]],
  [
    'over rows, then columns',
    [
      nodeOf('ReduceMean', ['layer'], ['rows'], { axes: [2], keepdims: 0 }),
      nodeOf('ReduceMean', ['rows'], ['v'], { axes: [2], keepdims: 0 }),
    ],
  ],
  [
    'over flattened positions',
    [
      nodeOf('Reshape', ['layer', 'tokens'], ['t']),
      nodeOf('ReduceSum', ['t', 'axis2'], ['v'], { keepdims: 0 }),
    ],
  ],
  [
    'over tokens',
    [
      nodeOf('Reshape', ['layer', 'tokens'], ['t']),
      nodeOf('Transpose', ['t'], ['u'], { perm: [0, 2, 1] }),
      nodeOf('ReduceMean', ['u'], ['v'], { axes: [1], keepdims: 0 }),
    ],
  ],
  [
    'of means over windows that cover the map',
    [
      nodeOf('AveragePool', ['layer'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }),
      nodeOf('GlobalAveragePool', ['p'], ['v']),
    ],
  ],
])('%s is the mean of the layer', (_, nodes) => {
  expect(mapOf(...nodes)).toBe('layer');
});

it.each([
  ['over rows alone', [over([2], 0)]],
  ['over channels', [over([1], 0)]],
  ['over all three axes', [over([1, 2, 3], 1)]],
  ['a pool that leaves positions', [nodeOf('AveragePool', ['layer'], ['v'], { kernel_shape: [2, 2] })]],
  ['a maximum', [nodeOf('ReduceMax', ['layer'], ['v'], { axes: [2, 3], keepdims: 0 })]],
])('%s is none', (_, nodes) => {
  expect(mapOf(...nodes)).toBeUndefined();
});

it.each([
  ['overlap', { kernel_shape: [2, 2], strides: [1, 1] }],
  ['leave a rest', { kernel_shape: [3, 3], strides: [3, 3] }],
  ['reach over the edge', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] }],
])('windows that %s: the mean is that of the pooled map alone', (_, pool) => {
  expect(
    mapOf(nodeOf('AveragePool', ['layer'], ['p'], pool), nodeOf('GlobalAveragePool', ['p'], ['v'])),
  ).toBe('p');
});
