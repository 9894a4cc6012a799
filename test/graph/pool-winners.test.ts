import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepareFor } from '../../src/graph/network.js';
import { winnersOf } from '../../src/graph/operators/pool-winners.js';
import { graphOf, nodeOf, type PlainAttribute, randomWeights, valueInfo } from '../reference/build.js';

/** Where each window of a pool has its first largest value, [N, C, rows, columns], and the pooled values' shape. */
async function winners(
  data: Float32Array,
  shape: readonly [number, number, number, number],
  attributes: Readonly<Record<string, PlainAttribute>>,
) {
  const [, channels, height, width] = shape;
  const graph = graphOf(
    [
      nodeOf('MaxPool', ['x'], ['pool'], attributes),
      nodeOf('GlobalAveragePool', ['pool'], ['gap']),
      nodeOf('Flatten', ['gap'], ['flat']),
      nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
    ],
    [valueInfo('x', ['N', channels, height, width])],
    [valueInfo('logits', ['N', 2])],
    { w: randomWeights([2, channels], 1) },
  );
  const b = new GraphBuilder(prepareFor(graph, [channels, height, width]), 1);
  const pool = b.network.graph.nodes.find(({ op }) => op === 'MaxPool')!;
  const dims = b.type(pool.outputs[0]!).dims;
  b.output(winnersOf(b, pool), { name: 'winners', dtype: 'int64', shape: ['N', ...dims] });
  const session = await onnxruntime.load(b.build(), { threads: 1 });
  try {
    const out = await session.run({ x: { dtype: 'float32', shape: [...shape], data } });
    return { found: Array.from(out.winners!.data, Number), rows: dims[1]!, columns: dims[2]! };
  } finally {
    await session.close();
  }
}

interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

/** The same by its definition. */
function firstLargest(
  data: Float32Array,
  [batch, channels, height, width]: readonly [number, number, number, number],
  { kernel, strides, dilations, pads }: Window,
  rows: number,
  columns: number,
): number[] {
  const found: number[] = [];
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let i = 0; i < rows * columns; i++) {
      let [best, at] = [Number.NEGATIVE_INFINITY, -1];
      for (let p = 0; p < kernel[0] * kernel[1]; p++) {
        const y = Math.floor(i / columns) * strides[0] - pads[0] + Math.floor(p / kernel[1]) * dilations[0];
        const x = (i % columns) * strides[1] - pads[1] + (p % kernel[1]) * dilations[1];
        if (y < 0 || x < 0 || y >= height || x >= width) continue;
        const value = data[(plane * height + y) * width + x]!;
        if (value > best) [best, at] = [value, y * width + x];
      }
      found.push(at);
    }
  }
  return found;
}

const windowOf = fc
  .record({
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.constantFrom<[number, number][]>([1, 1], [1, 1], [2, 1]),
    padded: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    ceil: fc.boolean(),
  })
  .map(({ padded, ...rest }) => {
    // As PyTorch wants it: a pad is at most half the kernel.
    const pads = padded.map((pad, i) => Math.min(pad, Math.floor(rest.kernel[i % 2]! / 2))) as [
      number,
      number,
      number,
      number,
    ];
    return { ...rest, pads };
  });

/** Few different values, so that windows are full of ties; negative ones among them. */
const ties = fc.constantFrom(-2, -1, 0, 0, 1, 1.5);
const close = fc.constantFrom(1, 1 + 2 ** -23, 1 + 2 ** -22, 1e-9, 1.0000001e-9, 3e4);

describe.each([
  ['16 channels, compared in blocks', 16],
  ['3 channels, the pool asked', 3],
])('%s', (_, channels) => {
  it('finds the first of the largest, as PyTorch does', async () => {
    await fc.assert(
      fc.asyncProperty(
        windowOf,
        fc.oneof(ties, close).chain(() => fc.infiniteStream(fc.oneof(ties, close))),
        async (window, stream) => {
          const shape = [2, channels, 7, 6] as const;
          const data = Float32Array.from({ length: 2 * channels * 42 }, () => stream.next().value as number);
          const { kernel, strides, dilations, pads, ceil } = window;
          const { found, rows, columns } = await winners(data, shape, {
            ...{ kernel_shape: kernel, strides, dilations, pads },
            ceil_mode: ceil ? 1 : 0,
          });
          expect(found).toEqual(firstLargest(data, shape, window, rows, columns));
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  it('takes the upper left of a plane that is the same everywhere', async () => {
    const shape = [1, channels, 4, 4] as const;
    const data = new Float32Array(16 * channels).fill(3);
    const { found } = await winners(data, shape, { kernel_shape: [2, 2], strides: [2, 2] });
    expect(found).toEqual(Array.from({ length: channels }, () => [0, 2, 8, 10]).flat());
  });
});
