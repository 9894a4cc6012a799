import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASS_IDS, compile } from '../../src/explainer/compile.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepare, prepareFor } from '../../src/graph/network.js';
import { excitationRules } from '../../src/graph/operators/table.js';
import { gradients } from '../../src/graph/walk.js';
import { type Graph, numbersOf } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';
import { fullyConnected, gapNet, images, network } from './small-nets.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** p at each target when class `id` has all of it. */
function excitation(
  graph: Graph,
  dims: readonly number[],
  x: readonly number[],
  id: number,
  targets: readonly string[],
) {
  const b = new GraphBuilder(prepareFor(graph, dims), 1);
  const classes = b.network.classCount;
  const seeds = b.constant(
    'float32',
    [1, classes],
    Float32Array.from({ length: classes }, (_, i) => (i === id ? 1 : 0)),
  );
  const found = gradients(b, 'gradient', seeds, targets, excitationRules);
  const named = targets.map((target, i) => {
    b.output(found.get(target)!, { name: `p${i}`, dtype: 'float32', shape: [] });
    return `p${i}`;
  });
  const values = evaluate(b.build(), new Map([['x', tensor([1, ...dims], x)]]), named);
  return named.map((name) => [...values.get(name)!.data]);
}

/** r0 = ReLU(x) [2] → h = (r0·W1), r = ReLU(h) [3] → y = r·W2 [2]; at x = (3, 1): r = (4, 2, 0). */
const onPaper = graphOf(
  [
    nodeOf('Relu', ['x'], ['r0'], {}),
    nodeOf('MatMul', ['r0', 'w1'], ['h'], {}),
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

describe('excitation backprop on paper', () => {
  it('shares p among the inputs that excite', () => {
    // y0: W₊ = (1, 2, 0), W₊r = 4 + 4, so p(r) = (4, 4, 0)/8. Unit 0: 1·3 + 1·1 = 4; unit 1: 1·3.
    const [r, r0] = excitation(onPaper, [2], [3, 1], 0, ['r', 'r0']);
    expect(r).toEqual([0.5, 0.5, 0]);
    expect(r0![0]).toBeCloseTo(0.5 * (3 / 4) + 0.5, 12);
    expect(r0![1]).toBeCloseTo(0.5 * (1 / 4), 12);
  });

  it('0/0 is 0: a class that nothing excites has p = 0', () => {
    // x = (0, 5): h = (5, −5, 0), r = (5, 0, 0); y1 is excited by unit 1 alone, which is off.
    expect(excitation(onPaper, [2], [0, 5], 1, ['r0'])[0]).toEqual([0, 0]);
  });

  it('a pick of rectified values is not negative, and each value gets what its copies get', () => {
    const picked = {
      ...onPaper,
      nodes: [
        onPaper.nodes[0]!,
        nodeOf('Gather', ['r0', 'order'], ['turned'], { axis: 1 }),
        nodeOf('MatMul', ['turned', 'w1'], ['h'], {}),
        ...onPaper.nodes.slice(2),
      ],
      constants: new Map([
        ...onPaper.constants,
        ['order', { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 0n) }],
      ] as const),
    } satisfies Graph;
    const [r0] = excitation(onPaper, [2], [1, 3], 0, ['r0']);
    const [swapped] = excitation(picked, [2], [3, 1], 0, ['r0']);
    expect(swapped).toEqual([...r0!].reverse());
  });

  it('refuses rectified values that are padded with a negative one', () => {
    const padded = (value: number) =>
      graphOf(
        [
          nodeOf('Relu', ['x'], ['r'], {}),
          nodeOf('Pad', ['r', 'pads', 'value'], ['wide'], {}),
          nodeOf('MatMul', ['wide', 'w'], ['logits'], {}),
        ],
        [valueInfo('x', ['N', 2])],
        [valueInfo('logits', ['N', 2])],
        {
          pads: { dtype: 'int64', shape: [4], data: BigInt64Array.of(0n, 0n, 0n, 1n) },
          value: { dtype: 'float32', shape: [], data: Float32Array.of(value) },
          w: { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 0, 1, 0, 2, 1) },
        },
      );
    // W₊ᵀ of class 0 = (1, 1, 2), values (1, 2, 1): shares 1, 2 and 2 of 5; the last one is the padding's.
    expect(excitation(padded(1), [2], [1, 2], 0, ['r'])[0]!.map((p) => Math.fround(p))).toEqual(
      [0.2, 0.4].map(Math.fround),
    );
    expect(() => excitation(padded(-1), [2], [1, 2], 0, ['r'])).toThrow(/its input is not rectified/);
  });

  it('refuses an input that is not rectified', () => {
    const raw = graphOf(
      [nodeOf('MatMul', ['x', 'w'], ['logits'], {})],
      [valueInfo('x', ['N', 2])],
      [valueInfo('logits', ['N', 2])],
      { w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
    );
    expect(() => excitation(raw, [2], [1, 1], 0, ['x'])).toThrow(
      /^MatMul `logits` has no backward rule for mwp \(its input is not rectified\)/,
    );
  });
});

describe('conservation', () => {
  const residual = network(
    [
      nodeOf('Conv', ['relu2', 'c3', 'b3'], ['conv3'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv3'], ['relu3'], {}),
      nodeOf('Add', ['relu3', 'relu2'], ['sum'], {}),
      nodeOf('AveragePool', ['sum'], ['pooled'], {
        kernel_shape: [2, 2],
        strides: [1, 1],
        pads: [0, 0, 1, 1],
      }),
      nodeOf('Concat', ['pooled', 'relu2'], ['both'], { axis: 1 }),
      nodeOf('GlobalAveragePool', ['both'], ['gap'], {}),
      nodeOf('Flatten', ['gap'], ['flat'], { axis: 1 }),
      nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
    ],
    { c3: randomWeights([6, 6, 3, 3], 30), b3: randomWeights([6], 31), w: randomWeights([5, 12], 32) },
  );

  it.each([
    ['global average pooling', gapNet],
    ['fully connected', fullyConnected],
    ['residual sum, padded average pool, concatenation', residual],
  ])('the sums of p at every layer are equal: %s', (_, graph) => {
    const x = [...images(1).data];
    for (const id of [0, 1, 2, 3, 4]) {
      const layers = excitation(graph, [3, 8, 8], x, id, ['relu2', 'pool1', 'relu1']);
      for (const p of layers) {
        expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
        expect(sum(p)).toBeCloseTo(1, 9);
      }
    }
  });
});

/** Two convolutions of any stride, groups and kernel, with a pool between them, to one linear layer. */
const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  group: fc.constantFrom(1, 2, 4),
  pool: fc.constantFrom('MaxPool', 'AveragePool'),
  overlap: fc.boolean(),
  id: fc.integer({ min: 0, max: 2 }),
});

it('conservation holds wherever every unit with p has an input that excites it', () => {
  fc.assert(
    fc.property(shapes, ({ seed, kernel, stride, group, pool, overlap, id }) => {
      const graph = graphOf(
        [
          nodeOf('Relu', ['x'], ['r0'], {}),
          nodeOf('Conv', ['r0', 'c1', 'b1'], ['h1'], {
            group,
            strides: [stride, stride],
            pads: [1, 1, 0, 0],
          }),
          nodeOf('Relu', ['h1'], ['r1'], {}),
          nodeOf(pool, ['r1'], ['p1'], { kernel_shape: [2, 2], strides: overlap ? [1, 1] : [2, 2] }),
          nodeOf('Conv', ['p1', 'c2'], ['h2'], {}),
          nodeOf('Relu', ['h2'], ['r2'], {}),
          nodeOf('ReduceMean', ['r2'], ['gap'], { axes: [2, 3], keepdims: 0 }),
          nodeOf('Gemm', ['gap', 'w'], ['logits'], { transB: 1 }),
        ],
        [valueInfo('x', ['N', 4, 8, 8])],
        [valueInfo('logits', ['N', 3])],
        {
          c1: randomWeights([4, 4 / group, kernel, kernel], seed),
          b1: { dtype: 'float32', shape: [4], data: Float32Array.of(-0.1, -0.2, -0.1, 0) },
          c2: randomWeights([5, 4, 1, 1], seed + 1),
          w: randomWeights([3, 5], seed + 2),
        },
      );
      const x = Array.from({ length: 256 }, (_, i) => 1 + Math.sin(i * 0.7 + seed));
      const layers = excitation(graph, [4, 8, 8], x, id, ['r2', 'p1', 'r1', 'r0']);
      for (const p of layers) expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
      const sums = layers.map(sum);
      // With biases at most 0 an active unit is always excited: p is lost at the top alone, when no unit excites the class.
      for (const total of sums) expect(total).toBeCloseTo(sums[0]!, 9);
      expect(Math.min(Math.abs(sums[0]! - 1), sums[0]!)).toBeCloseTo(0, 9);
    }),
    { numRuns: 25 },
  );
});

describe('as methods', () => {
  function mapsOf(method: string, layer: string, k: number) {
    const compiled = compile(prepare(gapNet), { requests: [{ method, layer }], k, classes: 'top' });
    const values = evaluate(compiled.graph, new Map([['x', images(1)]]), ['map_0', CLASS_IDS]);
    return { map: [...values.get('map_0')!.data], ids: [...values.get(CLASS_IDS)!.data] };
  }

  it('c-mwp is the contrast of W and −W, shared by activation', () => {
    const { map, ids } = mapsOf('c-mwp', 'relu2', 3);
    const A = evaluate(gapNet, new Map([['x', images(1)]]), ['relu2']).get('relu2')!.data;
    const W = numbersOf(gapNet.constants.get('w')!);
    const total = [0, 1, 2, 3, 4, 5].map((c) => sum([...A].slice(c * 16, c * 16 + 16)));
    ids.forEach((id, j) => {
      const side = (sign: number) => {
        const excited = total.map((t, c) => t * Math.max(0, sign * W[id * 6 + c]!));
        return excited.map((value) => value / sum(excited));
      };
      const contrast = side(1).map((value, c) => value - side(-1)[c]!);
      for (let at = 0; at < 16; at++) {
        const p = sum(
          contrast.map((value, c) => (total[c] === 0 ? 0 : (A[c * 16 + at]! / total[c]!) * value)),
        );
        expect(map[j * 16 + at]!).toBeCloseTo(Math.max(0, p), 10);
      }
    });
  });

  it('k classes in one pass equal one class at a time', () => {
    const together = mapsOf('c-mwp', 'pool1', 3);
    const first = mapsOf('c-mwp', 'pool1', 1);
    expect(together.map.slice(0, 16)).toEqual(first.map);
  });

  it('without a named layer both read the input of the last stage', () => {
    const compiled = compile(prepare(gapNet), {
      requests: [{ method: 'mwp' }, { method: 'c-mwp' }],
      k: 1,
      classes: 'top',
    });
    expect(compiled.outputs.map(({ layer }) => layer)).toEqual(['pool1', 'pool1']);
  });
});
