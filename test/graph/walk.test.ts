import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import type { ReluRule } from '../../src/graph/operators/rule.js';
import { gradients } from '../../src/graph/walk.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';

/** Gradient of class `ids[j]` to x for k classes, evaluated in float64. */
function gradientOf(
  graph: Graph,
  dims: readonly number[],
  x: readonly number[],
  ids: readonly number[],
  relu: ReluRule,
) {
  const b = new GraphBuilder(prepareFor(graph, dims), ids.length);
  const classes = b.network.classCount;
  const seeds = b.constant(
    'float32',
    [ids.length, classes],
    Float32Array.from({ length: ids.length * classes }, (_, i) =>
      i % classes === ids[Math.floor(i / classes)] ? 1 : 0,
    ),
  );
  const gradient = gradients(b, relu, seeds, ['x']).get('x')!;
  b.output(gradient, { name: 'gradient', dtype: 'float32', shape: ['rows', ...dims] });
  b.output(b.network.logits, { name: 'scores', dtype: 'float32', shape: ['N', classes] });
  const compiled = b.build();
  const results = evaluate(compiled, new Map([['x', tensor([1, ...dims], x)]]), ['gradient', 'scores']);
  return {
    compiled,
    gradient: [...results.get('gradient')!.data],
    scores: [...results.get('scores')!.data],
  };
}

/** x [2] → W1 → ReLU → W2 → [2 classes], on paper: h = (x0 + x1, x0 − x1, −x0), y0 = h0 + 2h1 − h2, y1 = −h0 + h1. */
const twoLayers = graphOf(
  [
    nodeOf('MatMul', ['x', 'w1'], ['h'], {}),
    nodeOf('Relu', ['h'], ['r'], {}),
    nodeOf('MatMul', ['r', 'w2'], ['logits'], {}),
  ],
  [valueInfo('x', ['N', 2])],
  [valueInfo('logits', ['N', 2])],
  {
    w1: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 1, -1, 1, -1, 0) },
    w2: { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, -1, 2, 1, -1, 0) },
  },
);

describe('a two-layer net on paper', () => {
  // x = (3, 1): h = (4, 2, −3), so the third unit is off. y0 = 4 + 4 = 8, y1 = −4 + 2 = −2.
  const x = [3, 1];

  it('gradient: units that are on pass everything', () => {
    const { gradient, scores } = gradientOf(twoLayers, [2], x, [0, 1], 'gradient');
    expect(scores).toEqual([8, -2]);
    // dy0 = (1 + 2, 1 − 2), dy1 = (−1 + 1, −1 − 1)
    expect(gradient).toEqual([3, -1, 0, -2]);
  });

  it('guided: only where the unit is on and the gradient positive', () => {
    // At the ReLU: class 0 has (1, 2, −1) → (1, 2, 0), class 1 has (−1, 1, 0) → (0, 1, 0).
    expect(gradientOf(twoLayers, [2], x, [0, 1], 'guided').gradient).toEqual([3, -1, 1, -1]);
  });

  it('deconvnet: wherever the gradient is positive, on or off', () => {
    // x = (−3, −1) turns the first two units off and the third on; the sign of x plays no part in what passes.
    const off = gradientOf(twoLayers, [2], [-3, -1], [0, 1], 'deconvnet').gradient;
    expect(off).toEqual([3, -1, 1, -1]);
    expect(gradientOf(twoLayers, [2], [-3, -1], [0, 1], 'guided').gradient).toEqual([0, 0, 0, 0]);
  });

  it('adds up over paths when a value is used twice', () => {
    const shared = graphOf(
      [
        nodeOf('Relu', ['x'], ['r'], {}),
        nodeOf('Add', ['r', 'x'], ['s'], {}),
        nodeOf('Mul', ['s', 'r'], ['logits'], {}),
      ],
      [valueInfo('x', ['N', 2])],
      [valueInfo('logits', ['N', 2])],
      {},
    );
    // y = (r + x)·r = 2x² for x > 0: y' = 4x.
    expect(gradientOf(shared, [2], [3, 5], [0], 'gradient').gradient).toEqual([12, 0]);
  });
});

/** A bias-free ReLU net with convolutions, pooling, a skip and two linear layers. */
function biasFree(seed: number): Graph {
  const nodes: Node[] = [
    nodeOf('Conv', ['x', 'c1'], ['a'], { pads: [1, 1, 1, 1] }),
    nodeOf('Relu', ['a'], ['ra'], {}),
    nodeOf('MaxPool', ['ra'], ['p'], { kernel_shape: [3, 3], strides: [2, 2] }),
    nodeOf('Conv', ['p', 'c2'], ['c'], { pads: [1, 1, 1, 1] }),
    nodeOf('Relu', ['c'], ['rc'], {}),
    nodeOf('Add', ['rc', 'p'], ['s'], {}),
    nodeOf('GlobalAveragePool', ['s'], ['g'], {}),
    nodeOf('Flatten', ['g'], ['f'], { axis: 1 }),
    nodeOf('Gemm', ['f', 'w'], ['logits'], { transB: 1 }),
  ];
  return graphOf(nodes, [valueInfo('x', ['N', 3, 9, 9])], [valueInfo('logits', ['N', 4])], {
    c1: randomWeights([5, 3, 3, 3], seed),
    c2: randomWeights([5, 5, 3, 3], seed + 1),
    w: randomWeights([4, 5], seed + 2),
  });
}

const wave = (length: number, seed: number) =>
  Array.from({ length }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed)));

describe('properties', () => {
  it.each([1, 2, 3])('Σ x·∂y/∂x = y on a bias-free ReLU net (seed %i)', (seed) => {
    const x = wave(3 * 9 * 9, seed);
    const { gradient, scores } = gradientOf(biasFree(seed), [3, 9, 9], x, [0, 1, 2, 3], 'gradient');
    scores.forEach((score, j) => {
      const sum = x.reduce((total, value, i) => total + value * gradient[j * x.length + i]!, 0);
      expect(sum).toBeCloseTo(score, 6);
    });
  });

  it('k classes in one pass equal k passes of one class', () => {
    const graph = biasFree(7);
    const x = wave(3 * 9 * 9, 7);
    for (const relu of ['gradient', 'guided', 'deconvnet'] as const) {
      const together = gradientOf(graph, [3, 9, 9], x, [2, 0, 3], relu).gradient;
      const alone = [2, 0, 3].flatMap((id) => gradientOf(graph, [3, 9, 9], x, [id], relu).gradient);
      expect(together).toEqual(alone);
    }
  });

  it('a map is zero where every ReLU above it is off', () => {
    // One 1×1 convolution with weight 1 and bias −1: only the pixel above 1 turns its ReLU on.
    const graph = graphOf(
      [
        nodeOf('Conv', ['x', 'w', 'b'], ['c'], {}),
        nodeOf('Relu', ['c'], ['r'], {}),
        nodeOf('Flatten', ['r'], ['f'], { axis: 1 }),
        nodeOf('Gemm', ['f', 'v'], ['logits'], {}),
      ],
      [valueInfo('x', ['N', 1, 2, 2])],
      [valueInfo('logits', ['N', 2])],
      {
        w: { dtype: 'float32', shape: [1, 1, 1, 1], data: Float32Array.of(1) },
        b: { dtype: 'float32', shape: [1], data: Float32Array.of(-1) },
        v: { dtype: 'float32', shape: [4, 2], data: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1) },
      },
    );
    const x = [0.5, 3, 0.9, -2];
    expect(gradientOf(graph, [1, 2, 2], x, [0], 'guided').gradient).toEqual([0, 1, 0, 0]);
    expect(gradientOf(graph, [1, 2, 2], x, [0], 'gradient').gradient).toEqual([0, 1, 0, 0]);
  });

  it('walks only down to the layer that is read', () => {
    const b = new GraphBuilder(prepareFor(biasFree(1), [3, 9, 9]), 2);
    const seeds = b.constant('float32', [2, 4], Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0));
    const gradient = gradients(b, 'gradient', seeds, ['s']).get('s')!;
    b.output(gradient, { name: 'gradient', dtype: 'float32', shape: ['rows', 5, 4, 4] });
    const ops = b.build().nodes.map(({ op }) => op);
    // Nothing of the forward part is needed either: pooling and a linear map have constant gradients.
    expect(ops.filter((op) => op === 'Conv' || op === 'ScatterElements')).toEqual([]);
  });
});

describe('rectifiers that are no ReLU', () => {
  const activated = (op: string) =>
    graphOf(
      [nodeOf(op, ['x'], ['a'], {}), nodeOf('Gemm', ['a', 'w'], ['logits'], {})],
      [valueInfo('x', ['N', 2])],
      [valueInfo('logits', ['N', 2])],
      { w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
    );

  it.each(['LeakyRelu', 'HardSwish'])('%s is refused under guided backprop, in one line', (op) => {
    expect(() => gradientOf(activated(op), [2], [1, 2], [0], 'guided')).toThrow(
      new RegExp(`^${op} \`a\` has no backward rule for guided-backprop .*: use backprop or grad-cam`),
    );
    expect(gradientOf(activated(op), [2], [4, 5], [0], 'gradient').gradient).toEqual([1, 3]);
  });

  it('x·σ(x) is refused under deconvnet', () => {
    const swish = graphOf(
      [nodeOf('Sigmoid', ['x'], ['s'], {}), nodeOf('Mul', ['x', 's'], ['logits'], {})],
      [valueInfo('x', ['N', 2])],
      [valueInfo('logits', ['N', 2])],
      {},
    );
    expect(() => gradientOf(swish, [2], [1, 2], [0], 'deconvnet')).toThrow(/swish/);
  });
});

it('the same image gives the same bits whatever the batch it travels in', async () => {
  const b = new GraphBuilder(prepareFor(biasFree(5), [3, 9, 9]), 1);
  const seeds = b.add('OneHot', [
    b.add('ArgMax', [b.network.logits], {
      axis: { type: 'int', value: 1 },
      keepdims: { type: 'int', value: 0 },
    }),
    b.ints([4]),
    b.constant('float32', [2], Float32Array.of(0, 1)),
  ]);
  const gradient = gradients(b, 'gradient', seeds, ['x']).get('x')!;
  b.output(gradient, { name: 'gradient', dtype: 'float32', shape: ['rows', 3, 9, 9] });
  const session = await onnxruntime.load(b.build());
  const size = 3 * 9 * 9;
  const images = Float32Array.from(wave(16 * size, 3));
  const run = async (from: number, n: number) => {
    const data = images.slice(from * size, (from + n) * size);
    return [
      ...((await session.run({ x: { dtype: 'float32', shape: [n, 3, 9, 9], data } })).gradient!
        .data as Float32Array),
    ];
  };
  const whole = await run(0, 16);
  for (const n of [1, 2, 5]) {
    for (let from = 0; from + n <= 16; from += n) {
      expect(await run(from, n)).toEqual(whole.slice(from * size, (from + n) * size));
    }
  }
  await session.close();
});
