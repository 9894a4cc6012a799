import { describe, expect, it } from 'vitest';
import { randomized, weightedLayers } from '../../src/explainer/randomize.js';
import type { Graph } from '../../src/onnx/graph.js';
import { fullyConnected, gapNet } from '../methods/small-nets.js';

const weights = (graph: Graph, name: string) => graph.constants.get(name)!.data as Float32Array;

describe('weightedLayers', () => {
  it('counts from the scores down', () => {
    const outputs = (graph: Graph) => weightedLayers(graph).map((node) => node.outputs[0]);
    expect(outputs(gapNet)).toEqual(['logits', 'conv2', 'conv1']);
    expect(outputs(fullyConnected)).toEqual(['scores', 'conv2', 'conv1']);
  });
});

describe('randomized', () => {
  const two = randomized(gapNet, { layers: 2, seed: 7 });

  it('draws the last layers anew, and leaves those below', () => {
    expect(weights(two, 'w')).not.toEqual(weights(gapNet, 'w'));
    expect(weights(two, 'c2')).not.toEqual(weights(gapNet, 'c2'));
    expect(weights(two, 'c1')).toBe(weights(gapNet, 'c1'));
    expect(weights(two, 'b1')).toBe(weights(gapNet, 'b1'));
    expect([...weights(two, 'b2')]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('cascades: a layer is the same however many below it are drawn too', () => {
    const one = randomized(gapNet, { layers: 1, seed: 7 });
    const all = randomized(gapNet, { layers: 99, seed: 7 });
    expect(weights(one, 'w')).toEqual(weights(two, 'w'));
    expect(weights(all, 'c2')).toEqual(weights(two, 'c2'));
    expect(weights(all, 'c1')).not.toEqual(weights(gapNet, 'c1'));
  });

  it('keeps the width of the weights, and changes with the seed', () => {
    const spread = (values: Float32Array) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    };
    // 216 numbers: the spread of a sample is within 5 % at one standard error.
    expect(Math.abs(spread(weights(two, 'c2')) / spread(weights(gapNet, 'c2')) - 1)).toBeLessThan(0.2);
    expect(weights(randomized(gapNet, { layers: 2, seed: 8 }), 'c2')).not.toEqual(weights(two, 'c2'));
  });

  it('leaves the network it is given as it is', () => {
    const before = Float32Array.from(weights(gapNet, 'w'));
    randomized(gapNet, { layers: 3, seed: 1 });
    expect(weights(gapNet, 'w')).toEqual(before);
  });
});
