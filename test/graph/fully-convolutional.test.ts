import { describe, expect, it } from 'vitest';
import { prepareAnySize } from '../../src/graph/network.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { uniform } from '../reference/random.js';
import { tensor } from '../reference/tensor.js';

const SIDE = 4;
const NOMINAL = { height: SIDE, width: SIDE };

/** 1×1 convolution and rectifier, so that no pixel looks at its neighbours; then `end`. The input is declared 4×4. */
function netOf(end: readonly Node[], shapes: Readonly<Record<string, readonly number[]>>): Graph {
  const constants = Object.entries(shapes).map(([name, shape], i) => [name, randomWeights(shape, 20 + i)]);
  return graphOf(
    [nodeOf('Conv', ['x', 'c'], ['conv']), nodeOf('Relu', ['conv'], ['map']), ...end],
    [valueInfo('x', ['N', 3, SIDE, SIDE])],
    [valueInfo('out', ['N', 5])],
    { c: randomWeights([2, 3, 1, 1], 1), ...Object.fromEntries(constants) },
  );
}

const NETS: Readonly<Record<string, Graph>> = {
  'three fully connected layers, as VGG has': netOf(
    [
      nodeOf('Flatten', ['map'], ['flat']),
      nodeOf('Gemm', ['flat', 'w', 'b'], ['fc1'], { transB: 1 }),
      nodeOf('Relu', ['fc1'], ['relu1']),
      nodeOf('Dropout', ['relu1'], ['drop1']),
      nodeOf('Gemm', ['drop1', 'v', 'd'], ['fc2'], { transB: 1 }),
      nodeOf('Relu', ['fc2'], ['relu2']),
      nodeOf('Gemm', ['relu2', 'u'], ['fc3'], { transB: 1 }),
      nodeOf('Softmax', ['fc3'], ['out'], { axis: 1 }),
    ],
    { w: [6, 32], b: [6], v: [7, 6], d: [7], u: [5, 7] },
  ),
  'weights the other way round, a bias of its own, factors': netOf(
    [
      nodeOf('Flatten', ['map'], ['flat']),
      nodeOf('MatMul', ['flat', 'w'], ['fc1']),
      nodeOf('Add', ['fc1', 'b'], ['sum1']),
      nodeOf('Relu', ['sum1'], ['relu1']),
      nodeOf('Gemm', ['relu1', 'v', 'd'], ['fc2'], { alpha: { float: 0.5 }, beta: { float: 3 } }),
      nodeOf('Relu', ['fc2'], ['relu2']),
      nodeOf('MatMul', ['relu2', 'u'], ['fc3']),
      nodeOf('Add', ['fc3', 'e'], ['out']),
    ],
    { w: [32, 6], b: [6], v: [6, 7], d: [7], u: [7, 5], e: [5] },
  ),
  'activations that are no rectifiers': netOf(
    [
      nodeOf('Flatten', ['map'], ['flat']),
      nodeOf('Gemm', ['flat', 'w', 'b'], ['fc1'], { transB: 1 }),
      nodeOf('HardSwish', ['fc1'], ['act1']),
      nodeOf('Gemm', ['act1', 'v', 'd'], ['fc2'], { transB: 1 }),
      nodeOf('Softplus', ['fc2'], ['act2']),
      nodeOf('Gemm', ['act2', 'u'], ['out'], { transB: 1 }),
    ],
    { w: [6, 32], b: [6], v: [7, 6], d: [7], u: [5, 7] },
  ),
  'one fully connected layer': netOf(
    [nodeOf('Flatten', ['map'], ['flat']), nodeOf('Gemm', ['flat', 'w', 'b'], ['out'], { transB: 1 })],
    { w: [5, 32], b: [5] },
  ),
};

const image = (height: number, width: number) =>
  tensor([1, 3, height, width], [...uniform(3 * height * width, 9)]);

/** Scores of the network prepared for this size. */
function scores(graph: Graph, height: number, width: number, x = image(height, width)): readonly number[] {
  const network = prepareAnySize(graph, NOMINAL, { height, width });
  expect(network.inputShape).toEqual([3, height, width]);
  return [...evaluate(network.graph, new Map([['x', x]]), [network.logits]).get(network.logits)!.data];
}

describe.each(Object.entries(NETS))('a network made fully convolutional: %s', (_, graph) => {
  it('scores an image of its own size as it did', () => {
    const plain = graph.nodes.filter(({ op }) => op !== 'Softmax');
    const name = plain.at(-1)!.outputs[0]!;
    const before = evaluate({ ...graph, nodes: plain }, new Map([['x', image(SIDE, SIDE)]]), [name]).get(
      name,
    )!;
    scores(graph, SIDE, SIDE).forEach((score, c) => {
      expect(score).toBeCloseTo(before.data[c]!, 5);
    });
  });

  it('scores a larger one by the mean over all windows of its own size', () => {
    const [height, width] = [5, 7];
    const whole = image(height, width);
    const windows = [0, 1].flatMap((top) =>
      [0, 1, 2, 3].map((left) => {
        const values = [0, 1, 2].flatMap((c) =>
          [0, 1, 2, 3].flatMap((y) =>
            [0, 1, 2, 3].map((x) => whole.data[(c * height + top + y) * width + left + x]!),
          ),
        );
        return scores(graph, SIDE, SIDE, tensor([1, 3, SIDE, SIDE], values));
      }),
    );
    scores(graph, height, width, whole).forEach((score, c) => {
      const mean = windows.reduce((sum, each) => sum + each[c]!, 0) / windows.length;
      expect(score).toBeCloseTo(mean, 5);
    });
  });
});

describe('prepareAnySize', () => {
  it('leaves a network with global average pooling as it is, but for its size', () => {
    const graph = netOf(
      [
        nodeOf('GlobalAveragePool', ['map'], ['gap']),
        nodeOf('Flatten', ['gap'], ['flat']),
        nodeOf('Gemm', ['flat', 'w'], ['out'], { transB: 1 }),
      ],
      { w: [5, 2] },
    );
    const network = prepareAnySize(graph, NOMINAL, { height: 4, width: 9 });
    expect(network.types.get('map')!.dims).toEqual([2, 4, 9]);
    expect(network.logits).toBe('out');
  });

  it('keeps the names that layers are asked for by', () => {
    const network = prepareAnySize(Object.values(NETS)[0]!, NOMINAL, { height: 5, width: 7 });
    expect(network.names.get('map')).toBe('map');
    expect(network.types.get(network.names.get('relu2')!)!.dims).toEqual([7, 2, 4]);
  });

  it('refuses what it cannot make so, in one line', () => {
    const graph = netOf(
      [
        nodeOf('Flatten', ['map'], ['flat']),
        nodeOf('Gemm', ['flat', 'w'], ['fc1'], { transB: 1 }),
        nodeOf('Softmax', ['fc1'], ['soft'], { axis: 1 }),
        nodeOf('Gemm', ['soft', 'v'], ['out'], { transB: 1 }),
      ],
      { w: [6, 32], v: [5, 6] },
    );
    expect(() => prepareAnySize(graph, NOMINAL, { height: 5, width: 7 })).toThrow(
      'cannot be made fully convolutional: Softmax `soft` stands behind the flattened map; set input.resize',
    );
  });
});
