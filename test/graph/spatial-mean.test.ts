import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import { spatialMean } from '../../src/graph/spatial-mean.js';
import { gradients } from '../../src/graph/walk.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { uniform } from '../reference/random.js';
import { tensor } from '../reference/tensor.js';

const DIMS = [6, 7, 7];
const IDS = [3, 0, 2];

/** Rectifier `layer` [6, 7, 7] behind a convolution, then `end`. */
function netOf(end: readonly Node[], shapes: Readonly<Record<string, readonly number[]>>): Graph {
  const constants = Object.entries(shapes).map(([name, shape], i) => [name, randomWeights(shape, 10 + i)]);
  return graphOf(
    [
      nodeOf('Conv', ['x', 'c'], ['conv'], { pads: [1, 1, 1, 1] }),
      nodeOf('Relu', ['conv'], ['layer']),
      ...end,
    ],
    [valueInfo('x', ['N', ...DIMS])],
    [valueInfo('logits', ['N', 5])],
    { c: randomWeights([6, 6, 3, 3], 1), ...Object.fromEntries(constants) },
  );
}

const overlapping = { kernel_shape: [3, 3], strides: [2, 2] };
const averaged = [
  nodeOf('GlobalAveragePool', ['top'], ['gap']),
  nodeOf('Flatten', ['gap'], ['flat']),
  nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
];

const NETS: Readonly<Record<string, Graph>> = {
  'max pool, fully connected': netOf(
    [
      nodeOf('MaxPool', ['layer'], ['top'], overlapping),
      nodeOf('Flatten', ['top'], ['flat']),
      nodeOf('Gemm', ['flat', 'w'], ['hidden'], { transB: 1, alpha: { float: 0.5 } }),
      nodeOf('Relu', ['hidden'], ['on']),
      nodeOf('Gemm', ['on', 'v'], ['logits'], { transB: 1 }),
    ],
    { w: [8, 54], v: [5, 8] },
  ),
  'weights the other way round': netOf(
    [nodeOf('Flatten', ['layer'], ['flat']), nodeOf('MatMul', ['flat', 'w'], ['logits'])],
    { w: [294, 5] },
  ),
  'scores are a mean of a rectified map': netOf(
    [
      nodeOf('Conv', ['layer', 'w'], ['map']),
      nodeOf('Relu', ['map'], ['top']),
      nodeOf('GlobalAveragePool', ['top'], ['gap']),
      nodeOf('Flatten', ['gap'], ['logits']),
    ],
    { w: [5, 6, 1, 1] },
  ),
  'joined with another branch, average pool': netOf(
    [
      nodeOf('Conv', ['x', 'side'], ['branch']),
      nodeOf('Concat', ['branch', 'layer'], ['both'], { axis: 1 }),
      nodeOf('AveragePool', ['both'], ['top'], { kernel_shape: [3, 3], strides: [2, 2] }),
      ...averaged,
    ],
    { side: [2, 6, 1, 1], w: [5, 8] },
  ),
  'read twice': netOf(
    [nodeOf('Conv', ['layer', 'mix'], ['branch']), nodeOf('Add', ['branch', 'layer'], ['top']), ...averaged],
    { mix: [6, 6, 1, 1], w: [5, 6] },
  ),
};

describe('the shortcut to the mean of a gradient', () => {
  it.each(Object.entries(NETS))('%s: equals the mean of the gradient', (_name, graph) => {
    const b = new GraphBuilder(prepareFor(graph, DIMS), IDS.length);
    const rows = Float32Array.from({ length: 15 }, (_, i) => (i % 5 === IDS[Math.floor(i / 5)] ? 1 : 0));
    const seeds = b.constant('float32', [3, 5], rows);
    const shortcut = spatialMean(b, 'layer')!;
    expect(shortcut.needs).not.toContain('layer');
    const walked = gradients(b, 'gradient', seeds, ['layer', ...shortcut.needs]);
    const mean = shortcut.build((value) => walked.get(value)!);
    b.output(mean, { name: 'short', dtype: 'float32', shape: ['rows', 6] });
    const long = b.add('GlobalAveragePool', [walked.get('layer')!]);
    b.output(long, { name: 'long', dtype: 'float32', shape: ['rows', 6, 1, 1] });
    const feeds = new Map([['x', tensor([1, ...DIMS], uniform(294, 5, 1))]]);
    const results = evaluate(b.build(), feeds, ['short', 'long']);
    const [short, wanted] = [[...results.get('short')!.data], [...results.get('long')!.data]];
    const scale = Math.max(...wanted.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    // Constants of the graph (summed weights, one over the positions) are float32.
    short.forEach((value, i) => {
      expect(Math.abs(value - wanted[i]!) / scale).toBeLessThan(1e-6);
    });
  });

  it('there is none through what does not keep sums: a padded convolution, a rectifier under one', () => {
    const through = (...end: Node[]) =>
      spatialMean(
        new GraphBuilder(prepareFor(netOf([...end, ...averaged], { k: [6, 6, 3, 3], w: [5, 6] }), DIMS), 1),
        'layer',
      );
    const conv = nodeOf('Conv', ['layer', 'k'], ['map'], { pads: [1, 1, 1, 1] });
    expect(through(conv, nodeOf('Relu', ['map'], ['top']))).toBeUndefined();
    const padded = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 };
    expect(through(nodeOf('AveragePool', ['layer'], ['top'], padded))).toBeUndefined();
  });
});
