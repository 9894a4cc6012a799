import { describe, expect, it } from 'vitest';
import { probabilitiesOver } from '../../src/base/probabilities.js';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { compile, LOGITS } from '../../src/explainer/compile.js';
import { prepare, prepareAnySize } from '../../src/graph/network.js';
import type { Network } from '../../src/graph/prepared-network.js';
import { SCORE_KINDS, type ScoreKind } from '../../src/graph/scores/score.js';
import type { Constant, Node } from '../../src/onnx/graph.js';
import { nodeOf, randomWeights } from '../reference/build.js';
import { images, network } from './small-nets.js';

const SIZE = { height: 8, width: 8 };
const N = 3;
const flat = nodeOf('Flatten', ['relu2'], ['flat'], { axis: 1 });
const pool = [nodeOf('GlobalAveragePool', ['relu2'], ['gap']), nodeOf('Flatten', ['gap'], ['flat'])];
const float = (shape: readonly number[], values: readonly number[]): Constant => ({
  ...{ dtype: 'float32', shape, data: Float32Array.from(values) },
});

/** Network whose one score z is made by `linear` of the values `flat`, `behind` makes `logits` of it. */
function single(before: readonly Node[], linear: readonly Node[], behind: readonly Node[], inputs: number) {
  return network([...before, ...linear, ...behind], {
    rows: randomWeights([1, inputs], 5),
    columns: { ...randomWeights([1, inputs], 5), shape: [inputs, 1] },
    bias: float([1], [0.3]),
    hundred: float([], [100]),
    half: float([], [0.5]),
    one: float([], [1]),
  });
}

const LINEAR: Readonly<Record<string, readonly Node[]>> = {
  'a Gemm': [nodeOf('Gemm', ['flat', 'rows', 'bias'], ['z'], { transB: 1 })],
  'a MatMul and an Add, as Keras writes them': [
    nodeOf('MatMul', ['flat', 'columns'], ['product']),
    nodeOf('Add', ['product', 'bias'], ['z']),
  ],
  'a Gemm whose weights are turned': [nodeOf('Gemm', ['flat', 'columns', 'bias'], ['z'])],
};
const SIGMOID = [nodeOf('Sigmoid', ['z'], ['logits'])];

async function run(prepared: Network, method?: string) {
  const requests = method === undefined ? [] : [{ method }];
  const { graph } = compile(prepared, { requests, k: 2, classes: 'given' });
  const session = await onnxruntime.load(graph, {});
  try {
    const ids = {
      dtype: 'int64',
      shape: [N, 2],
      data: BigInt64Array.from([0n, 1n, 0n, 1n, 0n, 1n]),
    } as const;
    const { shape, data } = images(N);
    const image = { dtype: 'float32', shape, data: Float32Array.from(data) } as const;
    const results = await session.run({ [prepared.input]: image, bench_given_class_ids: ids });
    const numbers = (name: string) => Array.from((results[name]?.data ?? []) as Float32Array);
    return { scores: numbers(LOGITS), maps: numbers('map_0') };
  } finally {
    await session.close();
  }
}

function expectNear(found: readonly number[], wanted: readonly number[]) {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  found.forEach((value, i) => void expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5 * largest));
}

describe('a network with one score, made by', () => {
  const weights = Array.from(randomWeights([1, 6], 5).data as Float32Array);
  const pair = network([...pool, nodeOf('Gemm', ['flat', 'w', 'b'], ['logits'], { transB: 1 })], {
    w: float([2, 6], [...weights.map((w) => -w), ...weights]),
    b: float([2], [-0.3, 0.3]),
  });

  it.each(Object.keys(LINEAR))(
    '%s, has the maps of the network with −z and z, by every method',
    async (name) => {
      const prepared = prepare(single(pool, LINEAR[name]!, SIGMOID, 6), SIZE);
      const two = prepare(pair, SIZE);
      expect(prepared.score.single).toBe(true);
      for (const method of ['grad-cam', 'cam', 'backprop', 'guided-backprop', 'mwp', 'c-mwp']) {
        const [found, wanted] = [await run(prepared, method), await run(two, method)];
        expectNear(found.scores, wanted.scores);
        expectNear(found.maps, wanted.maps);
      }
    },
  );

  it.each(Object.keys(LINEAR))('%s, behind a flattened map takes any size', async (name) => {
    const graph = single([flat], LINEAR[name]!, SIGMOID, 96);
    const [fixed, open] = [prepare(graph, SIZE), prepareAnySize(graph, SIZE, SIZE)];
    expectNear((await run(open)).scores, (await run(fixed)).scores);
    expect(prepareAnySize(graph, SIZE, { height: 12, width: 8 }).classCount).toBe(2);
  });

  it('is spoken of by the name that it has in the file', () => {
    const hidden = [nodeOf('Gemm', ['flat', 'rows'], ['y'], { transB: 1 }), nodeOf('Neg', ['y'], ['n'])];
    const last = nodeOf('Gemm', ['n', 'last'], ['z']);
    const graph = network([...pool, ...hidden, { ...last, name: 'the_last' }, ...SIGMOID], {
      rows: randomWeights([4, 6], 5),
      last: randomWeights([4, 1], 6),
    });
    const prepared = prepare(graph, SIZE);
    expect(() => compile(prepared, { requests: [{ method: 'mwp' }], k: 2, classes: 'top' })).toThrow(
      'Gemm `the_last` has no backward rule for mwp',
    );
  });
});

describe('the output of a network with one score, for its two classes', () => {
  const sigma = nodeOf('Sigmoid', ['z'], ['p']);
  const TAILS: Readonly<Record<string, readonly Node[]>> = {
    'a Sigmoid': SIGMOID,
    nothing: [nodeOf('Identity', ['z'], ['logits'])],
    'a Tanh': [nodeOf('Tanh', ['z'], ['logits'])],
    'a Sigmoid and a Log': [sigma, nodeOf('Log', ['p'], ['logits'])],
    'a Sigmoid in per cent': [sigma, nodeOf('Mul', ['p', 'hundred'], ['logits'])],
    'half a Sigmoid plus a half': [
      sigma,
      nodeOf('Mul', ['p', 'half'], ['q']),
      nodeOf('Add', ['q', 'half'], ['logits']),
    ],
    'one less a Sigmoid': [sigma, nodeOf('Neg', ['p'], ['m']), nodeOf('Add', ['m', 'one'], ['logits'])],
  };
  const scoresOf = async (tail: readonly Node[], score: ScoreKind) => {
    const graph = single(pool, LINEAR['a Gemm']!, tail, 6);
    const prepared = prepare(graph, SIZE, { score });
    return { prepared, scores: (await run(prepared)).scores };
  };

  it.each(Object.keys(TAILS))('%s, says the same class as the logits do', async (name) => {
    const logits = (await scoresOf(TAILS[name]!, 'logit')).scores;
    for (const kind of SCORE_KINDS) {
      const { prepared, scores } = await scoresOf(TAILS[name]!, kind);
      for (let i = 0; i < N; i++) {
        const [not, is] = scores.slice(2 * i, 2 * i + 2) as [number, number];
        expect(is > not).toBe(logits[2 * i + 1]! > logits[2 * i]!);
        const probability = probabilitiesOver(prepared.score.probability, Float32Array.of(not, is));
        for (const score of [not, is]) {
          expect(probability(score)).toBeGreaterThanOrEqual(0);
          expect(probability(score)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('is the file’s own for the second class, and for the first what it would be of −z', async () => {
    const z = (await scoresOf(SIGMOID, 'logit')).scores[1]!;
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const firstOf = async (name: string) => (await scoresOf(TAILS[name]!, 'output')).scores.slice(0, 2);
    expectNear(await firstOf('a Sigmoid'), [sigmoid(-z), sigmoid(z)]);
    expectNear(await firstOf('a Sigmoid and a Log'), [Math.log(sigmoid(-z)), Math.log(sigmoid(z))]);
    expectNear(await firstOf('a Sigmoid in per cent'), [100 * sigmoid(-z), 100 * sigmoid(z)]);
    expectNear(await firstOf('one less a Sigmoid'), [sigmoid(z), sigmoid(-z)]);
  });
});
