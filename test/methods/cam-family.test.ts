import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { CLASS_IDS, compile, GIVEN_CLASS_IDS } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { numbersOf } from '../../src/onnx/graph.js';
import { nodeOf, randomWeights } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';
import { fullyConnected, gapNet, images, network } from './small-nets.js';

const K = 3;
const AREA = 16;
const CHANNELS = 6;

/** Maps of one method on the net whose layer relu2 [6, 4, 4] is followed by one linear map. */
function mapsOf(method: string, graph = fullyConnected, k = K): { maps: number[][]; ids: number[] } {
  const compiled = compile(prepare(graph), { requests: [{ method }], k, classes: 'top' });
  const values = evaluate(compiled.graph, new Map([['x', images(2)]]), ['map_0', CLASS_IDS]);
  const data = [...values.get('map_0')!.data];
  const area = data.length / (2 * k);
  return {
    maps: Array.from({ length: 2 * k }, (_, i) => data.slice(i * area, (i + 1) * area)),
    ids: [...values.get(CLASS_IDS)!.data],
  };
}

const activations = evaluate(fullyConnected, new Map([['x', images(2)]]), ['relu2']).get('relu2')!.data;
const weights = numbersOf(fullyConnected.constants.get('w')!);

/** Activation and gradient of channel c of image i, for a class: the gradient is a row of the linear map. */
const A = (image: number, c: number) =>
  [...activations].slice((image * CHANNELS + c) * AREA, (image * CHANNELS + c + 1) * AREA);
const G = (id: number, c: number) =>
  weights.slice((id * CHANNELS + c) * AREA, (id * CHANNELS + c + 1) * AREA);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const relu = (value: number) => Math.max(0, value);

/** ReLU(Σ_c term(c, position)) for every image and class. */
function expected(
  ids: readonly number[],
  term: (a: readonly number[], g: readonly number[], at: number) => number,
): number[][] {
  return ids.map((id, row) =>
    Array.from({ length: AREA }, (_, at) =>
      relu(sum(Array.from({ length: CHANNELS }, (_, c) => term(A(Math.floor(row / K), c), G(id, c), at)))),
    ),
  );
}

const DEFINITIONS: Readonly<
  Record<string, (a: readonly number[], g: readonly number[], at: number) => number>
> = {
  'grad-cam': (a, g, at) => (sum(g) / AREA) * a[at]!,
  'counterfactual-grad-cam': (a, g, at) => (-sum(g) / AREA) * a[at]!,
  'hires-cam': (a, g, at) => g[at]! * a[at]!,
  'layer-cam': (a, g, at) => relu(g[at]!) * a[at]!,
  'xgrad-cam': (a, g, at) => (sum(a) === 0 ? 0 : (sum(a.map((v, i) => v * g[i]!)) / sum(a)) * a[at]!),
  'grad-cam++': (a, g, at) =>
    sum(g.map((v) => (v === 0 ? 0 : (v ** 2 / (2 * v ** 2 + sum(a) * v ** 3)) * relu(v)))) * a[at]!,
};

describe('neuron-importance', () => {
  it('gives the mean gradient of each unit for the class, then its mean activation', () => {
    const names = ['neuron-importance', 'neuron-activity'];
    const readings = names.map((reading) => ({ reading }));
    const compiled = compile(prepare(fullyConnected), { requests: [], readings, k: K, classes: 'top' });
    const shapes = compiled.readings.map(({ shape, perClass }) => [shape, perClass]);
    expect(shapes).toEqual([[[CHANNELS], true], [[CHANNELS], false]]); // biome-ignore format: pairs
    const outputs = ['reading_0', 'reading_1', CLASS_IDS];
    const values = evaluate(compiled.graph, new Map([['x', images(2)]]), outputs);
    const [alpha, activity, ids] = outputs.map((name) => [...values.get(name)!.data]) as [
      number[],
      number[],
      number[],
    ];
    const part = (all: readonly number[], row: number) => all.slice(row * CHANNELS, (row + 1) * CHANNELS);
    const maps = ids.map((_, row) => [...part(alpha, row), ...part(activity, Math.floor(row / K))]);
    for (const [row, id] of ids.entries()) {
      const units = Array.from({ length: CHANNELS }, (_, c) => c);
      const image = Math.floor(row / K);
      const expectedUnits = [
        ...units.map((c) => sum(G(id, c)) / AREA),
        ...units.map((c) => sum(A(image, c)) / AREA),
      ];
      for (const [i, value] of expectedUnits.entries()) expect(maps[row]![i]).toBeCloseTo(value, 5);
    }
  });
});

describe('methods at a layer are their equations', () => {
  it.each(Object.keys(DEFINITIONS))('%s', (method) => {
    const { maps, ids } = mapsOf(method);
    const wanted = expected(ids, DEFINITIONS[method]!);
    expect(wanted.flat().some((value) => value > 0)).toBe(true);
    maps.forEach((map, row) => {
      map.forEach((value, at) => {
        // Weights that are summed when the graph is compiled are rounded to float32.
        expect(value).toBeCloseTo(wanted[row]![at]!, 6);
      });
    });
  });

  it('Grad-CAM++ of a gradient whose square float32 cannot hold is half of the summed positive gradient', async () => {
    // Σ A·g vanishes beside 2, so α = 1/2.
    const tiny = 1e-24;
    const w = { ...fullyConnected.constants.get('w')!, data: Float32Array.from(weights, (v) => v * tiny) };
    const faint = { ...fullyConnected, constants: new Map([...fullyConnected.constants, ['w', w]]) };
    const compiled = compile(prepare(faint), { requests: [{ method: 'grad-cam++' }], k: 1, classes: 'top' });
    const session = await onnxruntime.load(compiled.graph);
    const data = Float32Array.from(images(1).data);
    const results = await session.run({ x: { dtype: 'float32', shape: [1, 3, 8, 8], data } });
    await session.close();
    const id = Number((results[CLASS_IDS]!.data as BigInt64Array)[0]);
    const map = results.map_0!.data as Float32Array;
    map.forEach((value, at) => {
      const half = [0, 1, 2, 3, 4, 5].map((c) => (sum(G(id, c).map(relu)) / 2) * A(0, c)[at]!);
      expect(value / tiny).toBeCloseTo(sum(half), 3);
    });
  });

  it('a channel without any activation weighs nothing, and makes no NaN', () => {
    const dead = network(
      [
        nodeOf('Mul', ['relu2', 'zero'], ['off'], {}),
        nodeOf('Relu', ['off'], ['relu3'], {}),
        nodeOf('Flatten', ['relu3'], ['flat'], { axis: 1 }),
        nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
      ],
      {
        zero: { dtype: 'float32', shape: [6, 1, 1], data: new Float32Array(6) },
        w: randomWeights([5, 96], 7),
      },
    );
    for (const method of ['xgrad-cam', 'grad-cam++', 'grad-cam', 'layer-cam', 'eigen-cam']) {
      expect(
        mapsOf(method, dead)
          .maps.flat()
          .every((value) => value === 0),
      ).toBe(true);
    }
  });
});

describe('properties', () => {
  it('counterfactual Grad-CAM is Grad-CAM of the negated score', () => {
    // Given classes: negated scores would put the top classes in another order.
    const mapOf = (method: string, graph: typeof gapNet) => {
      const requests = [{ method, layer: 'relu1' }];
      const compiled = compile(prepare(graph), { requests, k: 2, classes: 'given' });
      const feeds = new Map([
        ['x', images(1)],
        [GIVEN_CLASS_IDS, tensor([1, 2], [3, 1])],
      ]);
      return [...evaluate(compiled.graph, feeds, ['map_0']).get('map_0')!.data];
    };
    const head = gapNet.constants.get('w')!;
    const negated = { ...head, data: Float32Array.from(numbersOf(head), (v) => -v) };
    const opposite = { ...gapNet, constants: new Map([...gapNet.constants, ['w', negated]]) };
    const against = mapOf('counterfactual-grad-cam', gapNet);
    expect(against.some((value) => value > 0)).toBe(true);
    expect(against).toEqual(mapOf('grad-cam', opposite));
  });

  it('HiResCAM equals Grad-CAM where the gradient is the same everywhere: behind global average pooling', () => {
    const [one, other] = [mapsOf('hires-cam', gapNet).maps.flat(), mapsOf('grad-cam', gapNet).maps.flat()];
    one.forEach((value, i) => {
      expect(value).toBeCloseTo(other[i]!, 12);
    });
  });

  it('Guided Grad-CAM is guided backprop times the upsampled Grad-CAM', () => {
    const guided = mapsOf('guided-backprop').maps;
    const { maps } = mapsOf('guided-grad-cam');
    const coarse = mapsOf('grad-cam').maps;
    maps.forEach((map, row) => {
      map.forEach((value, at) => {
        // Half-pixel centres, 4 → 8: each coordinate lies a quarter or three quarters between two cells.
        const [y, x] = [Math.floor(at / 8), at % 8];
        const [v, u] = [(y + 0.5) / 2 - 0.5, (x + 0.5) / 2 - 0.5];
        const cell = (r: number, c: number) =>
          coarse[row]![Math.min(3, Math.max(0, r)) * 4 + Math.min(3, Math.max(0, c))]!;
        const [r, c] = [Math.floor(v), Math.floor(u)];
        const [fv, fu] = [v - r, u - c];
        const mask =
          (1 - fv) * ((1 - fu) * cell(r, c) + fu * cell(r, c + 1)) +
          fv * ((1 - fu) * cell(r + 1, c) + fu * cell(r + 1, c + 1));
        expect(value).toBeCloseTo(guided[row]![at]! * mask, 10);
      });
    });
  });

  it('input × gradient is |x·w| on a linear net, the largest over the channels', () => {
    const linear = network(
      [nodeOf('Flatten', ['x'], ['flat'], { axis: 1 }), nodeOf('MatMul', ['flat', 'w'], ['logits'], {})],
      {
        w: randomWeights([192, 5], 3),
      },
    );
    const compiled = compile(prepare(linear), {
      requests: [{ method: 'input-x-gradient' }],
      k: 1,
      classes: 'top',
    });
    const values = evaluate(compiled.graph, new Map([['x', images(1)]]), ['map_0', CLASS_IDS]);
    const id = values.get(CLASS_IDS)!.data[0]!;
    const w = numbersOf(linear.constants.get('w')!);
    const x = images(1).data;
    values.get('map_0')!.data.forEach((value, at) => {
      const products = [0, 1, 2].map((c) => Math.abs(x[c * 64 + at]! * w[(c * 64 + at) * 5 + id]!));
      expect(value).toBeCloseTo(Math.max(...products), 10);
    });
  });

  it('Eigen-CAM is σ₁v₁: AᵀA maps it to σ₁² times itself, for every class alike', () => {
    const { maps } = mapsOf('eigen-cam', fullyConnected, 2);
    [0, 1].forEach((image) => {
      const v = maps[image * 2]!;
      expect(maps[image * 2 + 1]).toEqual(v);
      expect(Math.min(...v)).toBeGreaterThanOrEqual(0);
      const channels = Array.from({ length: CHANNELS }, (_, c) => A(image, c));
      const projected = channels.map((a) => sum(a.map((value, at) => value * v[at]!)));
      // ‖v‖ = σ₁, so that AᵀAv = ‖v‖² v; and no channel sum of squares is larger than σ₁².
      const squared = sum(v.map((value) => value ** 2));
      v.forEach((value, at) => {
        const back = sum(channels.map((a, c) => a[at]! * projected[c]!));
        expect(back / squared).toBeCloseTo(value, 6);
      });
      for (const a of channels)
        expect(sum(a.map((value) => value ** 2))).toBeLessThanOrEqual(squared * (1 + 1e-9));
    });
  });

  it('several layers in one run each give their own map', () => {
    const compiled = compile(prepare(gapNet), {
      requests: [
        { method: 'grad-cam', layer: 'relu1' },
        { method: 'grad-cam', layer: 'relu2' },
        { method: 'grad-cam' },
      ],
      k: 2,
      classes: 'top',
    });
    const feeds = new Map([['x', tensor([1, 3, 8, 8], [...images(1).data])]]);
    const values = evaluate(compiled.graph, feeds, ['map_0', 'map_1', 'map_2']);
    expect(values.get('map_0')!.shape).toEqual([1, 2, 8, 8]);
    expect([...values.get('map_1')!.data]).toEqual([...values.get('map_2')!.data]);
  });
});
