import { describe, expect, it } from 'vitest';
import { numericGradient } from '../reference/central-differences.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';
import { type GoldenCase, loadGoldenCases } from './load-case.js';

/** Largest difference, as a share of the largest golden magnitude. */
function relativeError(actual: ArrayLike<number>, golden: readonly number[]): number {
  const scale = Math.max(...golden.map(Math.abs));
  return Math.max(...golden.map((value, i) => Math.abs(actual[i]! - value))) / scale;
}

function logitsOf(golden: GoldenCase, data: Float64Array): Float64Array | readonly number[] {
  const feeds = new Map([['x', tensor(golden.x.shape, data)]]);
  return evaluate(golden.graph, feeds, ['logits']).get('logits')!.data;
}

// Two independent roads to the same numbers: PyTorch's autograd, and the interpreter's central differences.
// They bind what the compiler is compared with elsewhere. The interpreter knows opset 17 alone.
describe('golden operators agree with the reference interpreter', () => {
  const cases = loadGoldenCases().filter(({ graph }) => graph.opset === 17);
  it.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const x = Float64Array.from(golden.x.data);
    expect(relativeError(logitsOf(golden, x), golden.logits)).toBeLessThan(1e-7);
    if (golden.ties || golden.rule !== 'gradient') return;
    golden.classIds.forEach((classId, k) => {
      const numeric = numericGradient((probe) => logitsOf(golden, probe)[classId]!, x);
      expect(relativeError(numeric, golden.gradients[k]!)).toBeLessThan(1e-6);
    });
  });
});
