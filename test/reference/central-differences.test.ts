import { describe, expect, it } from 'vitest';
import { nodeOf } from './build.js';
import { classifierAround, numericGradient, numericInputGradient } from './central-differences.js';
import { awayFromKinks } from './random.js';

describe('central differences', () => {
  it('find the gradient of a known function', () => {
    const f = (x: Float64Array) => x[0]! ** 2 * x[1]! + Math.sin(x[1]!);
    const gradient = numericGradient(f, Float64Array.of(2, 3));
    expect(gradient[0]).toBeCloseTo(12, 8);
    expect(gradient[1]).toBeCloseTo(4 + Math.cos(3), 8);
  });

  it('find the linear head’s weights where the body passes its input on', () => {
    const { graph, x } = classifierAround({ nodes: [nodeOf('Identity', ['x'], ['y'])], input: [2, 3] });
    const weights = Array.from(graph.constants.get('head_w')!.data, Number);
    const gradient = numericInputGradient(graph, x, 1);
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(weights[6 + i]!, 8);
    });
  });
});

describe('awayFromKinks', () => {
  it.each([7, 24, 75])('keeps %i values away from 0 and from each other', (count) => {
    const sorted = Array.from(awayFromKinks(count, 3)).sort((a, b) => a - b);
    const gaps = sorted.slice(1).map((value, i) => value - sorted[i]!);
    expect(Math.min(...gaps)).toBeGreaterThan(1 / count);
    expect(Math.min(...sorted.map(Math.abs))).toBeGreaterThan(0.5 / count);
  });
});
