import { describe, expect, it } from 'vitest';
import {
  bottlenecks,
  defaultLayer,
  isFirstConvolution,
  layerNamed,
  layersOf,
} from '../../src/graph/layers.js';
import { prepareFor } from '../../src/graph/network.js';
import type { Constant, Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, int64, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

const same = { pads: [1, 1, 1, 1] };
/** Two convolutions, [N, 3, 6, 6] to `r2` [N, 3, 6, 6]. */
const stem = [
  nodeOf('Conv', ['x', 'c1'], ['m1'], same),
  nodeOf('Relu', ['m1'], ['r1']),
  nodeOf('Conv', ['r1', 'c2'], ['m2'], same),
  nodeOf('Relu', ['m2'], ['r2']),
];
/** Mean and linear layer behind a map. */
const mean = (map: string) => [
  nodeOf('GlobalAveragePool', [map], ['gap']),
  nodeOf('Flatten', ['gap'], ['flat']),
  nodeOf('Gemm', ['flat', 'w'], ['z'], { transB: 1 }),
];

function netOf(nodes: readonly Node[], constants: Readonly<Record<string, Constant>> = {}): Graph {
  return graphOf(nodes, [valueInfo('x', ['N', 3, 6, 6])], [valueInfo('z', ['N', 4])], {
    c1: randomWeights([3, 3, 3, 3], 1),
    c2: randomWeights([3, 3, 3, 3], 2),
    patch: randomWeights([3, 3, 2, 2], 3),
    w: randomWeights([4, 3], 4),
    all: randomWeights([4, 108], 5),
    ...constants,
  });
}

const prepared = (nodes: readonly Node[], constants?: Readonly<Record<string, Constant>>) =>
  prepareFor(netOf(nodes, constants), [3, 6, 6]);
const names = (nodes: readonly Node[], constants?: Readonly<Record<string, Constant>>) =>
  layersOf(prepared(nodes, constants)).map(({ name }) => name);

describe('maps', () => {
  it('are all values with more than one position, with the shape of one picture and one default', () => {
    expect(layersOf(prepared([...stem, ...mean('r2')]))).toEqual([
      { name: 'm1', op: 'Conv', shape: [3, 6, 6], isDefault: false },
      { name: 'r1', op: 'Relu', shape: [3, 6, 6], isDefault: false },
      { name: 'm2', op: 'Conv', shape: [3, 6, 6], isDefault: false },
      { name: 'r2', op: 'Relu', shape: [3, 6, 6], isDefault: true },
    ]);
  });

  it('attention weights [heads, tokens, tokens] are none', () => {
    const attention = [
      nodeOf('Reshape', ['r2', 'tokens'], ['t']),
      nodeOf('Transpose', ['t'], ['u'], { perm: [0, 1, 3, 2] }),
      nodeOf('MatMul', ['u', 't'], ['a']),
      nodeOf('Softmax', ['a'], ['s'], { axis: -1 }),
      nodeOf('ReduceMean', ['s'], ['v'], { axes: [2, 3], keepdims: 0 }),
      nodeOf('Gemm', ['v', 'w'], ['z'], { transB: 1 }),
    ];
    const found = names([...stem, ...attention], { tokens: int64([0, 3, 4, 9]) });
    expect(found).toEqual(['m1', 'r1', 'm2', 'r2']);
  });

  it('rows and columns that come back behind a Reshape are', () => {
    const shuffled = [
      nodeOf('Reshape', ['r2', 'flatMap'], ['f']),
      nodeOf('Reshape', ['f', 'back'], ['b']),
      ...mean('b'),
    ];
    const constants = { flatMap: int64([0, 3, 36]), back: int64([0, 3, 6, 6]) };
    expect(names([...stem, ...shuffled], constants)).toContain('b');
  });
});

describe('channels last', () => {
  const last = [
    nodeOf('Transpose', ['r2'], ['t'], { perm: [0, 2, 3, 1] }),
    nodeOf('Relu', ['t'], ['u']),
    nodeOf('Transpose', ['u'], ['back'], { perm: [0, 3, 1, 2] }),
    ...mean('back'),
  ];

  it('are no layers, and refused by name with what to do', () => {
    const network = prepared([...stem, ...last]);
    expect(names([...stem, ...last])).toEqual(['m1', 'r1', 'm2', 'r2', 'back']);
    expect(() => layerNamed(network, 'u')).toThrow('laid out [N,H,W,C]');
    expect(defaultLayer(network)).toBe('back');
  });

  it('that are averaged are read as [N,C,H,W] under their own name', () => {
    const averaged = [
      ...last.slice(0, 2),
      nodeOf('ReduceMean', ['u'], ['v'], { axes: [1, 2], keepdims: 0 }),
      nodeOf('Gemm', ['v', 'w'], ['z'], { transB: 1 }),
    ];
    const layer = layersOf(prepared([...stem, ...averaged])).find(({ isDefault }) => isDefault)!;
    expect([layer.name, layer.shape]).toEqual(['u', [3, 6, 6]]);
  });
});

describe('the default layer', () => {
  it.each([
    ['a max pool', nodeOf('MaxPool', ['r2'], ['p'], { kernel_shape: [3, 3], ...same })],
    ['an average pool', nodeOf('AveragePool', ['r2'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] })],
  ])('stands before %s', (_, pool) => {
    expect(defaultLayer(prepared([...stem, pool, ...mean('p')]))).toBe('r2');
  });

  it('is the sum of a residual block, and the last value on all paths where heads read two depths', () => {
    const sum = nodeOf('Add', ['r2', 'r1'], ['sum']);
    expect(defaultLayer(prepared([...stem, sum, ...mean('sum')]))).toBe('sum');
    const both = [
      nodeOf('GlobalAveragePool', ['r1'], ['early']),
      nodeOf('GlobalAveragePool', ['r2'], ['late']),
      nodeOf('Add', ['early', 'late'], ['gap']),
      ...mean('r2').slice(1),
    ];
    const network = prepared([...stem, ...both]);
    expect(defaultLayer(network)).toBe('r1');
    expect(bottlenecks(network).slice(0, 2)).toEqual(['m1', 'r1']);
  });

  it('is refused where paths run side by side from the picture on', () => {
    const towers = [
      ...stem.slice(0, 2),
      nodeOf('Conv', ['x', 'c2'], ['m2'], same),
      nodeOf('GlobalAveragePool', ['r1'], ['a']),
      nodeOf('GlobalAveragePool', ['m2'], ['b']),
      nodeOf('Add', ['a', 'b'], ['gap']),
      ...mean('r1').slice(1),
    ];
    expect(() => defaultLayer(prepared(towers))).toThrow('no value to read a map at');
  });
});

describe('the first convolution', () => {
  it('is a patch embedding when nothing is before it', () => {
    const embedding = nodeOf('Conv', ['x', 'patch'], ['e'], { strides: [2, 2] });
    const rectified = prepared([embedding, nodeOf('Relu', ['e'], ['r']), ...mean('r')]);
    expect(isFirstConvolution(rectified, 'e')).toBe(true);
    expect(isFirstConvolution(rectified, 'r')).toBe(true);
  });

  it('is not where it goes pixel by pixel, nor when another convolution made its input', () => {
    const network = prepared([...stem, ...mean('r2')]);
    expect(['m1', 'r1', 'm2', 'r2'].map((layer) => isFirstConvolution(network, layer))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

it('a name that is none is answered with the nearest', () => {
  expect(() => layerNamed(prepared([...stem, ...mean('r2')]), 'R2')).toThrow(/no layer `R2`.*r2/);
});
