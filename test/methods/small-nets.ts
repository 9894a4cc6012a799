import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { tensor } from '../reference/tensor.js';

/** Conv → ReLU → pool → Conv → ReLU → `end`; 3×8×8 images, five classes. */
export function network(
  end: readonly Node[],
  constants: Readonly<Record<string, ReturnType<typeof randomWeights>>>,
): Graph {
  return graphOf(
    [
      nodeOf('Conv', ['x', 'c1', 'b1'], ['conv1'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv1'], ['relu1'], {}),
      nodeOf('MaxPool', ['relu1'], ['pool1'], { kernel_shape: [2, 2], strides: [2, 2] }),
      nodeOf('Conv', ['pool1', 'c2', 'b2'], ['conv2'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv2'], ['relu2'], {}),
      ...end,
    ],
    [valueInfo('x', ['N', 3, 8, 8])],
    [valueInfo('logits', ['N', 5])],
    {
      c1: randomWeights([4, 3, 3, 3], 1),
      b1: randomWeights([4], 2),
      c2: randomWeights([6, 4, 3, 3], 3),
      b2: randomWeights([6], 4),
      ...constants,
    },
  );
}

export const pooled = (linear: Node): Node[] => [
  nodeOf('GlobalAveragePool', ['relu2'], ['gap'], {}),
  nodeOf('Flatten', ['gap'], ['flat'], { axis: 1 }),
  linear,
];
export const gapNet = network(pooled(nodeOf('Gemm', ['flat', 'w', 'b'], ['logits'], { transB: 1 })), {
  w: randomWeights([5, 6], 5),
  b: randomWeights([5], 6),
});
export const fullyConnected = network(
  [
    nodeOf('Flatten', ['relu2'], ['flat'], { axis: 1 }),
    nodeOf('Gemm', ['flat', 'w'], ['scores'], { transB: 1 }),
    nodeOf('Softmax', ['scores'], ['logits'], { axis: 1 }),
  ],
  { w: randomWeights([5, 96], 7) },
);

export const images = (n: number) =>
  tensor(
    [n, 3, 8, 8],
    Array.from({ length: n * 192 }, (_, i) => Math.sin(i * 0.7) + Math.sin(i * 0.013)),
  );

/** A hidden layer whose weights, [3000, 96], are so large that they stay in the model's file. */
export const wideNet = network(
  [
    nodeOf('Flatten', ['relu2'], ['flat'], { axis: 1 }),
    nodeOf('Gemm', ['flat', 'w1'], ['hidden'], { transB: 1 }),
    nodeOf('Relu', ['hidden'], ['relu3'], {}),
    nodeOf('Gemm', ['relu3', 'w2'], ['logits'], { transB: 1 }),
  ],
  { w1: randomWeights([3000, 96], 8), w2: randomWeights([5, 3000], 9) },
);
