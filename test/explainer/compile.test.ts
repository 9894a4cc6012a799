import { describe, expect, it } from 'vitest';
import { CLASS_IDS, compile, GIVEN_CLASS_IDS, LOGITS } from '../../src/explainer/compile.js';
import { defaultLayer, layerNamed, layersOf } from '../../src/graph/layers.js';
import { prepare } from '../../src/graph/network.js';
import { methods } from '../../src/methods/registry.js';
import { type Graph, numbersOf } from '../../src/onnx/graph.js';
import { fullyConnected, gapNet, images, network } from '../methods/small-nets.js';
import { nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';

function run(graph: Graph, names: readonly string[], k: number, n = 2, layer?: string) {
  const compiled = compile(prepare(graph), {
    requests: names.map((method) => ({ method })),
    k,
    classes: 'top',
    ...(layer === undefined ? {} : { layer }),
  });
  const wanted = [LOGITS, CLASS_IDS, ...names.map((_, i) => `map_${i}`)];
  const values = evaluate(compiled.graph, new Map([['x', images(n)]]), wanted);
  return { compiled, values, maps: names.map((_, i) => values.get(`map_${i}`)!) };
}

describe('compile', () => {
  it('returns scores, the best k classes and k maps per image', () => {
    const { values, compiled, maps } = run(gapNet, ['grad-cam', 'backprop'], 3);
    const scores = [...values.get(LOGITS)!.data].slice(5);
    const order = [0, 1, 2, 3, 4].sort((a, b) => scores[b]! - scores[a]!);
    expect([...values.get(CLASS_IDS)!.data].slice(3)).toEqual(order.slice(0, 3));
    expect(maps.map(({ shape }) => shape)).toEqual([
      [2, 3, 4, 4],
      [2, 3, 8, 8],
    ]);
    expect(compiled.outputs).toEqual([
      { method: 'grad-cam', layer: 'relu2', height: 4, width: 4 },
      { method: 'backprop', layer: 'input', height: 8, width: 8 },
    ]);
  });

  it('takes given classes instead', () => {
    const top = run(gapNet, ['grad-cam'], 2, 1);
    const compiled = compile(prepare(gapNet), { requests: [{ method: 'grad-cam' }], k: 2, classes: 'given' });
    const ids = [...top.values.get(CLASS_IDS)!.data].reverse();
    const feeds = new Map([
      ['x', images(1)],
      [GIVEN_CLASS_IDS, tensor([1, 2], ids)],
    ]);
    const maps = evaluate(compiled.graph, feeds, ['map_0']).get('map_0')!;
    const expected = [...top.maps[0]!.data];
    expect([...maps.data]).toEqual([...expected.slice(16), ...expected.slice(0, 16)]);
  });

  it('cuts the final softmax off: the score is its input', () => {
    const { values } = run(fullyConnected, ['grad-cam'], 1, 1);
    const scores = evaluate(fullyConnected, new Map([['x', images(1)]]), ['scores']).get('scores')!;
    expect([...values.get(LOGITS)!.data]).toEqual([...scores.data]);
  });

  it('computes the forward part once for all methods', () => {
    const { compiled } = run(gapNet, ['grad-cam', 'cam', 'backprop', 'guided-backprop'], 2);
    const forward = compiled.graph.nodes.filter(({ name }) => name.startsWith('conv'));
    expect(forward.map(({ name }) => name)).toEqual(['conv1', 'conv2']);
    // Two convolutions up, and down again once for each of the two rules.
    expect(compiled.graph.nodes.filter(({ op }) => op === 'Conv').length).toBe(2 + 2 * 2);
  });

  it('computes a map that is asked for twice once', () => {
    const nodes = (names: string[]) => run(gapNet, names, 2).compiled.graph.nodes.length;
    // One more output is one more Identity.
    expect(nodes(['backprop', 'backprop'])).toBe(nodes(['backprop']) + 1);
  });

  it('Grad-CAM is the definition, worked out from the gradient', () => {
    const k = 2;
    const { values, maps } = run(fullyConnected, ['grad-cam'], k, 1);
    const A = evaluate(fullyConnected, new Map([['x', images(1)]]), ['relu2']).get('relu2')!.data;
    const w = numbersOf(fullyConnected.constants.get('w')!);
    [...values.get(CLASS_IDS)!.data].forEach((classId, j) => {
      // The layer is followed by one linear map: ∂y/∂A is a row of its weights.
      const gradient = w.slice(classId * 96, (classId + 1) * 96);
      const alpha = [0, 1, 2, 3, 4, 5].map(
        (c) => gradient.slice(c * 16, c * 16 + 16).reduce((a, b) => a + b) / 16,
      );
      for (let at = 0; at < 16; at++) {
        const sum = alpha.reduce((total, weight, c) => total + weight * A[c * 16 + at]!, 0);
        expect(maps[0]!.data[j * 16 + at]!).toBeCloseTo(Math.max(0, sum), 6);
      }
    });
  });
});

describe('CAM', () => {
  const matMul = network(
    [
      nodeOf('ReduceMean', ['relu2'], ['gap'], { axes: [2, 3], keepdims: 0 }),
      nodeOf('MatMul', ['gap', 'w'], ['product'], {}),
      nodeOf('Add', ['product', 'b'], ['logits'], {}),
    ],
    { w: randomWeights([6, 5], 8), b: randomWeights([5], 9) },
  );
  const pointwise = network(
    [
      nodeOf('AveragePool', ['relu2'], ['gap'], { kernel_shape: [4, 4] }),
      nodeOf('Conv', ['gap', 'w'], ['head'], {}),
      nodeOf('Flatten', ['head'], ['logits'], { axis: 1 }),
    ],
    { w: randomWeights([5, 6, 1, 1], 10) },
  );

  it.each([
    ['Gemm', gapNet],
    ['ReduceMean, MatMul, Add', matMul],
    ['window of the layer’s size, 1×1 convolution', pointwise],
  ])('equals Grad-CAM times the number of positions on %s', (_, graph) => {
    const { maps } = run(graph, ['cam', 'grad-cam'], 5);
    const [cam, gradCam] = maps as [(typeof maps)[0], (typeof maps)[0]];
    expect([...cam.data].some((value) => value > 0)).toBe(true);
    cam.data.forEach((value, i) => {
      expect(value).toBeCloseTo(16 * gradCam.data[i]!, 9);
    });
  });

  it('refuses other networks and says what it found', () => {
    expect(() => run(fullyConnected, ['cam'], 1)).toThrow(
      /^cam needs a network that ends in global average pooling and one linear map; this one has Relu `relu2` before the linear map Gemm `scores`/,
    );
    const rectified = network(
      [
        nodeOf('GlobalAveragePool', ['relu2'], ['gap'], {}),
        nodeOf('Flatten', ['gap'], ['flat'], { axis: 1 }),
        nodeOf('Gemm', ['flat', 'w'], ['head'], { transB: 1 }),
        nodeOf('Relu', ['head'], ['logits'], {}),
      ],
      { w: randomWeights([5, 6], 5) },
    );
    expect(() => run(rectified, ['cam'], 1)).toThrow(/this one has Relu `logits` before its scores/);
  });
});

describe('layers', () => {
  const prepared = prepare(gapNet);

  it('lists every value with more than one position, the last rectified convolution the default', () => {
    const layer = (name: string, op: string, ...shape: [number, number, number]) => {
      return { name, op, shape, isDefault: name === 'relu2' };
    };
    expect(layersOf(prepared)).toEqual([
      layer('conv1', 'Conv', 4, 8, 8),
      layer('relu1', 'Relu', 4, 8, 8),
      layer('pool1', 'MaxPool', 4, 4, 4),
      layer('conv2', 'Conv', 6, 4, 4),
      layer('relu2', 'Relu', 6, 4, 4),
    ]);
    expect(defaultLayer(prepared)).toBe('relu2');
  });

  it('reads a map at any named layer', () => {
    const { compiled, maps } = run(gapNet, ['grad-cam'], 1, 1, 'relu1');
    expect(compiled.outputs[0]).toMatchObject({ layer: 'relu1', height: 8, width: 8 });
    expect(maps[0]!.shape).toEqual([1, 1, 8, 8]);
  });

  it('names the nearest layer when there is none of that name', () => {
    expect(() => layerNamed(prepared, 'rellu2')).toThrow(
      'no layer `rellu2` in this network (did you mean "relu2"?)',
    );
  });

  it('a layer for a method that reads at the input is refused', () => {
    expect(() =>
      compile(prepared, { requests: [{ method: 'backprop', layer: 'relu1' }], k: 1, classes: 'top' }),
    ).toThrow(/backprop is read at the network's input: remove `layer: relu1`/);
  });
});

describe('what is refused', () => {
  it('an operator without a rule: operator, node, what to do', () => {
    const odd = network([nodeOf('Einsum', ['relu2'], ['logits'], {})], {});
    expect(() => prepare(odd)).toThrow(
      'operator Einsum `logits` is not supported: export the model without it, or add a rule (CONTRIBUTING.md, "An operator")',
    );
  });

  it('a network that is no classifier', () => {
    const maps = { ...gapNet, outputs: [valueInfo('relu2', ['N', 6, 4, 4])] };
    expect(() => prepare(maps)).toThrow(/the model is not a classifier: .*`relu2` \[N,6,4,4\]/);
  });

  it('more classes than there are', () => {
    expect(() => run(gapNet, ['grad-cam'], 6)).toThrow('cannot explain 6 classes of a network that has 5');
  });

  it('an unknown method names the nearest', () => {
    expect(() => run(gapNet, ['gradcam'], 1)).toThrow(
      /unknown method "gradcam" \(did you mean "grad-cam"\?\)/,
    );
  });

  it('another input size than the model has', () => {
    expect(() => prepare(gapNet, { height: 9, width: 8 })).toThrow(
      /input height is 8, 9 is asked for: set input\.size \(--size of bench explain\)$/,
    );
  });

  it('every method says which paper it implements', () => {
    for (const method of methods.values()) expect(method.reference).toMatch(/\d{4}/);
  });
});

describe('exporters’ habits', () => {
  it('a batch size written into reshapes is the batch all the same', () => {
    const fixed = network(
      [
        nodeOf('Reshape', ['relu2', 'shape'], ['flat'], {}),
        nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
      ],
      {
        w: randomWeights([5, 96], 7),
        shape: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 96n) },
      },
    );
    const one = { ...fixed, inputs: [valueInfo('x', [1, 3, 8, 8])] };
    expect(run(one, ['grad-cam'], 2, 3).maps[0]!.shape).toEqual([3, 2, 4, 4]);
  });

  it('shape arithmetic is computed away', () => {
    const arithmetic = network(
      [
        nodeOf('Shape', ['relu2'], ['dims'], {}),
        nodeOf('Gather', ['dims', 'zero'], ['batch'], { axis: 0 }),
        nodeOf('Unsqueeze', ['batch', 'axes'], ['batch1'], {}),
        nodeOf('Concat', ['batch1', 'rest'], ['target'], { axis: 0 }),
        nodeOf('Reshape', ['relu2', 'target'], ['flat'], {}),
        nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
      ],
      {
        w: randomWeights([5, 96], 7),
        zero: { dtype: 'int64', shape: [], data: BigInt64Array.of(0n) },
        axes: { dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) },
        rest: { dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) },
      },
    );
    expect(prepare(arithmetic).graph.nodes.map(({ op }) => op)).toEqual([
      'Conv',
      'Relu',
      'MaxPool',
      'Conv',
      'Relu',
      'Reshape',
      'Gemm',
    ]);
    expect(run(arithmetic, ['backprop'], 2, 3).maps[0]!.shape).toEqual([3, 2, 8, 8]);
  });

  it('batch normalisation is folded into its convolution, the numbers stay', () => {
    const normed = network(
      [
        nodeOf('Conv', ['relu2', 'c3'], ['conv3'], {}),
        nodeOf('BatchNormalization', ['conv3', 'gamma', 'beta', 'mean', 'variance'], ['norm'], {
          epsilon: 0.01,
        }),
        nodeOf('Relu', ['norm'], ['relu3'], {}),
        nodeOf('GlobalAveragePool', ['relu3'], ['gap'], {}),
        nodeOf('Flatten', ['gap'], ['logits'], { axis: 1 }),
      ],
      {
        c3: randomWeights([5, 6, 1, 1], 20),
        gamma: randomWeights([5], 21),
        beta: randomWeights([5], 22),
        mean: randomWeights([5], 23),
        variance: { dtype: 'float32', shape: [5], data: Float32Array.of(0.5, 1, 2, 3, 0.1) },
      },
    );
    const prepared = prepare(normed);
    expect(prepared.graph.nodes.map(({ op }) => op)).not.toContain('BatchNormalization');
    const feeds = new Map([['x', images(2)]]);
    const before = evaluate(normed, feeds, ['logits']).get('logits')!.data;
    const after = evaluate(prepared.graph, feeds, ['logits']).get('logits')!.data;
    before.forEach((value, i) => {
      expect(Math.abs(after[i]! - value)).toBeLessThan(1e-6);
    });
    // Its raw output no longer exists, so it cannot be named as a layer.
    expect(() => layerNamed(prepared, 'conv3')).toThrow('no layer `conv3`');
    expect(layerNamed(prepared, 'norm')).toBe('norm');
  });
});
