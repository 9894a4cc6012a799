import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { compile, GIVEN_CLASS_IDS } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';
import { network as smallNet } from './small-nets.js';

/** Channels of 1×2 → u0 = c0 + c1, u1 = c0 − c1 (c2 plays no part), rectified → mean → y0 = u0 − u1, y1 = u0 + 2·u1. */
const twoClasses = graphOf(
  [
    nodeOf('Relu', ['x'], ['r0'], {}),
    nodeOf('Conv', ['r0', 'w1'], ['h'], {}),
    nodeOf('Relu', ['h'], ['r'], {}),
    nodeOf('GlobalAveragePool', ['r'], ['gap'], {}),
    nodeOf('Flatten', ['gap'], ['flat'], { axis: 1 }),
    nodeOf('Gemm', ['flat', 'w2'], ['logits'], { transB: 1 }),
  ],
  [valueInfo('x', ['N', 3, 1, 2])],
  [valueInfo('logits', ['N', 2])],
  {
    w1: { dtype: 'float32', shape: [2, 3, 1, 1], data: Float32Array.of(1, 1, 0, 1, -1, 0) },
    w2: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -1, 1, 2) },
  },
);

/** Maps of classes 0 and 1 at a layer, for c0 = (1, 3), c1 = (2, 0): u0 = (3, 3), u1 = (0, 3), means 3 and 3/2. */
function mapsAt(layer: string, method = 'c-mwp', network = twoClasses): number[] {
  const requests = [{ method, layer }];
  const { graph } = compile(prepare(network), { requests, k: 2, classes: 'given' });
  const feeds = new Map([
    ['x', tensor([1, 3, 1, 2], [1, 3, 2, 0, 5, 5])],
    [GIVEN_CLASS_IDS, tensor([1, 2], [0, 1])],
  ]);
  return [...evaluate(graph, feeds, ['map_0']).get('map_0')!.data];
}

function expectMaps(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  // The reciprocals' rounding is all that differs.
  found.forEach((value, at) => {
    expect(value).toBeCloseTo(wanted[at]!, 12);
  });
}

describe('c-MWP on paper', () => {
  it('at the layer that is pooled', () => {
    // Class 0: W excites by u0 alone, −W by u1 alone: contrast (1, −1). u0 shares ½ ½, u1 0 1: (½, ½ − 1).
    // Class 1: W excites by both, 3·1 and 3/2·2 of 6; −W by none, 0/0 = 0: contrast (½, ½), shares (¼, ¼ + ½).
    expectMaps(mapsAt('r'), [0.5, 0, 0.25, 0.75]);
  });

  it('the contrast is not clamped on the way down: negative shares cancel positive ones', () => {
    // Class 0 at the right: c0 gets ½ from u0 and −1 from u1. Clamped before, the map would be (½, ½).
    expectMaps(mapsAt('r0'), [0.5, 0, 0.25, 0.75]);
    expectMaps(mapsAt('r0', 'mwp'), [0.5, 0.5, 0.25, 0.75]);
  });

  it('a sum over positions shares as their mean does', () => {
    const nodes = twoClasses.nodes.map((node) =>
      node.op === 'GlobalAveragePool' ? nodeOf('ReduceSum', ['r', 'axes'], ['gap'], { keepdims: 1 }) : node,
    );
    const axes = { dtype: 'int64' as const, shape: [2], data: BigInt64Array.of(2n, 3n) };
    const summed = { ...twoClasses, nodes, constants: new Map([...twoClasses.constants, ['axes', axes]]) };
    expectMaps(mapsAt('r0', 'c-mwp', summed), mapsAt('r0'));
  });

  /** Scores behind the last linear layer, made of `a`. */
  const scored = (last: (typeof twoClasses.nodes)[number], constants: (typeof twoClasses)['constants']) => ({
    ...twoClasses,
    nodes: [
      ...twoClasses.nodes.slice(0, -1),
      nodeOf('Gemm', ['flat', 'w2'], ['a'], { transB: 1 }),
      { ...last, inputs: ['a', ...last.inputs.slice(1)] },
    ],
    constants: new Map([...twoClasses.constants, ...constants]),
  });

  it('a temperature behind the last linear layer passes the probability on', () => {
    const t = { dtype: 'float32' as const, shape: [], data: Float32Array.of(2.5) };
    const tempered = scored(nodeOf('Div', ['a', 't'], ['logits'], {}), new Map([['t', t]]));
    expectMaps(mapsAt('r0', 'c-mwp', tempered), mapsAt('r0'));
  });

  it('and so does another order of the classes', () => {
    const order = { dtype: 'int64' as const, shape: [2], data: BigInt64Array.of(1n, 0n) };
    const turned = scored(
      nodeOf('Gather', ['a', 'order'], ['logits'], { axis: 1 }),
      new Map([['order', order]]),
    );
    const [first, second] = [mapsAt('r0').slice(0, 2), mapsAt('r0').slice(2)];
    expectMaps(mapsAt('r0', 'c-mwp', turned), [...second, ...first]);
  });

  it('at the contrast itself there is one step, unit by unit', () => {
    // Σ over the units: 1 − 1 and ½ + ½.
    expectMaps(mapsAt('gap'), [0, 1]);
  });
});

describe('a contrast at a named layer', () => {
  /** As above, with a hidden layer: a0 = m0 − m1, a1 = m0 + 2·m1, rectified; y0 = a0 + a1, y1 = a1 − a0. */
  const hidden = graphOf(
    [
      ...twoClasses.nodes.slice(0, -1),
      nodeOf('Gemm', ['flat', 'w2'], ['a'], { transB: 1 }),
      nodeOf('Relu', ['a'], ['ra'], {}),
      nodeOf('Gemm', ['ra', 'w3'], ['logits'], { transB: 1 }),
    ],
    [valueInfo('x', ['N', 3, 1, 2])],
    [valueInfo('logits', ['N', 2])],
    {
      w1: { dtype: 'float32', shape: [2, 3, 1, 1], data: Float32Array.of(1, 1, 0, 1, -1, 0) },
      w2: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -1, 1, 2) },
      w3: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 1, -1, 1) },
    },
  );
  const maps = (contrast?: string) => {
    const request = { method: 'c-mwp', layer: 'r', ...(contrast === undefined ? {} : { contrast }) };
    const { graph } = compile(prepare(hidden), { requests: [request], k: 2, classes: 'given' });
    const feeds = new Map([
      ['x', tensor([1, 3, 1, 2], [1, 3, 2, 0, 5, 5])],
      [GIVEN_CLASS_IDS, tensor([1, 2], [0, 1])],
    ]);
    return [...evaluate(graph, feeds, ['map_0']).get('map_0')!.data];
  };

  it('is by default, and by name, at the input of the last linear layer', () => {
    // a = (3/2, 6). Class 0: W shares (1/5, 4/5), −W none. Down: m0 gets 1/5 + 4/5 · ½, m1 4/5 · ½: (3/5, 2/5).
    // u0 shares ½ ½ and u1 0 1. Class 1: W gives (0, 1), −W (1, 0): contrast (−1, 1), m (−1 + ½, ½).
    expectMaps(maps(), [0.3, 0.7, 0, 0.25]);
    expectMaps(maps('ra'), maps());
  });

  it('at the hidden layer’s input: that layer is passed with W and −W', () => {
    // Class 0: p = (1/5, 4/5) at a. W: (1/5 + 2/5, 2/5); −W: a0 excites by m1 alone, a1 by none: (0, 1/5).
    // Contrast (3/5, 1/5). Class 1: p = (0, 1): W (½, ½), −W none.
    expectMaps(maps('flat'), [0.3, 0.5, 0.25, 0.75]);
    expectMaps(maps('gap'), maps('flat'));
  });

  it('a value that no linear layer reads is refused, the nearest that one reads is named', () => {
    expect(() => maps('gab')).toThrow(/^c-mwp: no linear layer alone reads `gab` \(did you mean "gap"\?\)/);
    expect(() => maps('r')).toThrow(/no linear layer alone reads `r`/);
  });

  it('other methods have none', () => {
    const request = { method: 'mwp', contrast: 'ra' };
    const options = { requests: [request], k: 1, classes: 'top' } as const;
    expect(() => compile(prepare(hidden), options)).toThrow('mwp takes no contrast');
  });

  it('the table says where it was taken', () => {
    const request = { method: 'c-mwp', layer: 'r', contrast: 'flat' };
    const { outputs } = compile(prepare(hidden), { requests: [request], k: 1, classes: 'top' });
    expect(outputs[0]!.layer).toBe('r, contrast at flat');
  });
});

describe('a layer above the contrast', () => {
  /** The scores are the means of the last convolution's maps, as in SqueezeNet and NiN. */
  const means = smallNet(
    [
      nodeOf('Conv', ['relu2', 'c3'], ['conv3'], {}),
      nodeOf('Relu', ['conv3'], ['relu3'], {}),
      nodeOf('GlobalAveragePool', ['relu3'], ['gap'], {}),
      nodeOf('Flatten', ['gap'], ['logits'], { axis: 1 }),
    ],
    { c3: randomWeights([5, 6, 1, 1], 9) },
  );
  const at = (method: string, layer: string) => () =>
    compile(prepare(means), { requests: [{ method, layer }], k: 1, classes: 'top' });

  it('is refused in one line; at the contrast and below it there is a map', () => {
    expect(at('c-mwp', 'relu3')).toThrow(ModelError);
    expect(at('c-mwp', 'relu3')).toThrow(
      /^`relu2` does not depend on layer `relu3`: name a layer at or before `relu2`$/,
    );
    expect(at('c-mwp', 'relu2')).not.toThrow();
    expect(at('mwp', 'relu3')).not.toThrow();
  });
});
