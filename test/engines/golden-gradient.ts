import type { EngineTensor } from '../../src/engines/engine.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import { gradients } from '../../src/graph/walk.js';
import type { Graph } from '../../src/onnx/graph.js';
import type { GoldenCase } from '../golden/load-case.js';

/** Scores [N, classes] and the gradient of given classes to the input, [N·k, ...dims]. */
export function gradientGraph(golden: GoldenCase): Graph {
  const dims = golden.x.shape.slice(1);
  const k = golden.classIds.length;
  const classes = golden.logits.length;
  const b = new GraphBuilder(prepareFor(golden.graph, dims), k);
  const ids = b.input({ name: 'ids', dtype: 'int64', shape: ['N', k] });
  const onOff = b.constant('float32', [2], Float32Array.of(0, 1));
  const seeds = b.reshape(b.add('OneHot', [ids, b.ints([classes]), onOff]), [-1, classes]);
  const gradient = gradients(b, golden.rule, seeds, ['x']).get('x')!;
  b.output(gradient, { name: 'gradient', dtype: 'float32', shape: ['rows', ...dims] });
  b.output(b.network.logits, { name: 'scores', dtype: 'float32', shape: ['N', classes] });
  return b.build();
}

/** Two images, the second the same with its classes in reverse. */
export function twoImages({ x, classIds }: GoldenCase): Record<string, EngineTensor> {
  return {
    x: {
      dtype: 'float32',
      shape: [2, ...x.shape.slice(1)],
      data: Float32Array.from([...x.data, ...x.data]),
    },
    ids: {
      dtype: 'int64',
      shape: [2, classIds.length],
      data: BigInt64Array.from([...classIds, ...[...classIds].reverse()], BigInt),
    },
  };
}

/** Largest difference relative to the largest expected value. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, expected ${expected.length}`);
  let [worst, scale] = [0, 1e-30];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= worst)) worst = difference;
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return worst / scale;
}
