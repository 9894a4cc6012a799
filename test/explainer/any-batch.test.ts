import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { type Compiled, compile } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import type { Network } from '../../src/graph/prepared-network.js';
import { methods } from '../../src/methods/registry.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { images } from '../methods/small-nets.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

const SIZE = 192;

function compiled(network: Network, method: string, k: number): Compiled | undefined {
  try {
    return compile(network, { requests: [{ method }], k, classes: 'top' });
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** Enough channels for sums whose order shows: Conv → ReLU → pool → Conv → ReLU → `end`. */
function netOf(end: readonly Node[], inputs: number): Graph {
  return graphOf(
    [
      nodeOf('Conv', ['x', 'c1'], ['conv1'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv1'], ['relu1']),
      nodeOf('MaxPool', ['relu1'], ['pool1'], { kernel_shape: [2, 2], strides: [2, 2] }),
      nodeOf('Conv', ['pool1', 'c2'], ['conv2'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv2'], ['relu2']),
      ...end,
      nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
    ],
    [valueInfo('x', ['N', 3, 8, 8])],
    [valueInfo('logits', ['N', 5])],
    {
      c1: randomWeights([48, 3, 3, 3], 1),
      c2: randomWeights([64, 48, 3, 3], 2),
      w: randomWeights([5, inputs], 3),
    },
  );
}
const gapNet = netOf(
  [nodeOf('GlobalAveragePool', ['relu2'], ['gap']), nodeOf('Flatten', ['gap'], ['flat'])],
  64,
);
const fullyConnected = netOf([nodeOf('Flatten', ['relu2'], ['flat'])], 1024);

/** An engine may take another way through the same sum when there is a single row of it. */
describe.each([
  ['global average pooling', gapNet],
  ['fully connected', fullyConnected],
])('the first image’s numbers are the same bits in any batch: %s', (_, graph) => {
  const network = prepare(graph);
  const cases = [...methods.keys()].flatMap((method) => [1, 2].map((k) => [method, k] as const));
  it.each(cases.filter(([method, k]) => compiled(network, method, k) !== undefined))(
    '%s, %i classes',
    async (method, k) => {
      const session = await onnxruntime.load(compiled(network, method, k)!.graph, { threads: 1 });
      try {
        const data = Float32Array.from(images(3).data);
        const run = (n: number) =>
          session.run({
            x: { dtype: 'float32', shape: [n, 3, 8, 8], data: data.slice(0, n * SIZE) },
          });
        const alone = await run(1);
        for (const n of [2, 3]) {
          const several = await run(n);
          for (const [name, { data: own }] of Object.entries(alone)) {
            expect(several[name]!.data.slice(0, own.length), `${name}, batch of ${n}`).toEqual(own);
          }
        }
      } finally {
        await session.close();
      }
    },
  );
});
