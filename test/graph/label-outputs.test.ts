import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/graph/network.js';
import { network, pooled } from '../methods/small-nets.js';
import { nodeOf, randomWeights, valueInfo } from '../reference/build.js';

const SIZE = { height: 8, width: 8 };
const one = network(pooled(nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 })), {
  w: randomWeights([5, 6], 5),
});
const graph = {
  ...one,
  nodes: [
    ...one.nodes,
    nodeOf('ArgMax', ['logits'], ['label'], { axis: 1 }),
    nodeOf('Sigmoid', ['logits'], ['other']),
  ],
  outputs: [
    valueInfo('label', ['N', 1], 'int64'),
    valueInfo('logits', ['N', 5]),
    valueInfo('other', ['N', 5]),
  ],
};

describe('an output of whole numbers', () => {
  it('is refused by name for what it is, not for the operator that makes it', () => {
    expect(() => prepare(graph, SIZE, { output: 'label' })).toThrow(
      'output `label` is int64 [N,1]: labels, no scores; choose `logits` or `other`',
    );
  });

  it('is listed with its shape, as the others are', () => {
    expect(() => prepare(graph, SIZE, { classes: 5 })).toThrow(
      '3 outputs, more than one may have 5 scores, one per class: `label` int64 [N,1], `logits` [N,5], `other` [N,5]; name',
    );
  });

  it('does not stand in the way of the only other one', () => {
    const outputs = graph.outputs.slice(0, 2);
    expect(prepare({ ...graph, outputs }, SIZE).classCount).toBe(5);
  });
});
