import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import { gradients } from '../../src/graph/walk.js';
import type { Graph } from '../../src/onnx/graph.js';
import { sizeOf } from '../../src/onnx/graph.js';
import { type GoldenCase, loadGoldenCases } from '../golden/load-case.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';

/** Gradient of k given classes to the input, [N·k, ...dims]. */
function compileGradient(golden: GoldenCase): Graph {
  const dims = golden.x.shape.slice(1);
  const k = golden.classIds.length;
  const b = new GraphBuilder(prepareFor(golden.graph, dims), k);
  const ids = b.input({ name: 'ids', dtype: 'int64', shape: ['N', k] });
  const classes = golden.logits.length;
  const oneHot = b.add('OneHot', [ids, b.ints([classes]), b.constant('float32', [2], Float32Array.of(0, 1))]);
  const seeds = b.reshape(oneHot, [-1, classes]);
  const gradient = gradients(b, golden.rule, seeds, ['x']).get('x')!;
  b.output(gradient, { name: 'gradient', dtype: 'float32', shape: ['rows', ...dims] });
  b.output(b.network.logits, { name: 'scores', dtype: 'float32', shape: ['N', classes] });
  return b.build();
}

/** Two images, the second the same with its classes in reverse: rows must follow images first, then classes. */
function batchOfTwo(golden: GoldenCase) {
  const { x, classIds, gradients: grads } = golden;
  return {
    shape: [2, ...x.shape.slice(1)],
    data: [...x.data, ...x.data],
    ids: [...classIds, ...[...classIds].reverse()],
    expected: [...grads, ...[...grads].reverse()].flat(),
  };
}

function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs), 1e-30);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(actual[i]! - value)), 0) / scale;
}

const cases = loadGoldenCases().map((golden) => [golden.name, golden] as const);

describe('compiled gradients equal PyTorch', () => {
  it.each(cases)('%s', async (_, golden) => {
    const graph = compileGradient(golden);
    const { shape, data, ids, expected } = batchOfTwo(golden);

    // In float64, where the only difference left is the eight digits of the golden values.
    const feeds = new Map([
      ['x', tensor(shape, data)],
      ['ids', tensor([2, golden.classIds.length], ids)],
    ]);
    const exact = evaluate(graph, feeds, ['gradient', 'scores']);
    expect(relativeError(exact.get('gradient')!.data, expected)).toBeLessThan(1e-6);
    expect(relativeError(exact.get('scores')!.data, [...golden.logits, ...golden.logits])).toBeLessThan(1e-6);

    const session = await onnxruntime.load(graph, { threads: 1 });
    const run = await session.run({
      x: { dtype: 'float32', shape, data: Float32Array.from(data) },
      ids: {
        dtype: 'int64',
        shape: [2, golden.classIds.length],
        data: BigInt64Array.from(ids, BigInt),
      },
    });
    await session.close();
    expect(run.gradient!.shape).toEqual([2 * golden.classIds.length, ...shape.slice(1)]);
    expect(sizeOf(run.gradient!.shape)).toBe(expected.length);
    expect(relativeError(run.gradient!.data as Float32Array, expected)).toBeLessThan(1e-4);
  });
});
