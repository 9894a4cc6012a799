import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { channelwise, positive } from '../../src/graph/channelwise.js';
import { prepareFor } from '../../src/graph/network.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

/** What `make` computes of a map x [1, channels, 1, length]. */
async function computed(
  values: readonly number[],
  channels: number,
  make: (b: GraphBuilder) => string,
): Promise<number[]> {
  const dims = [channels, 1, values.length];
  const graph = graphOf(
    [
      nodeOf('GlobalAveragePool', ['x'], ['gap']),
      nodeOf('Flatten', ['gap'], ['flat']),
      nodeOf('Gemm', ['flat', 'w'], ['logits'], { transB: 1 }),
    ],
    [valueInfo('x', ['N', ...dims])],
    [valueInfo('logits', ['N', 2])],
    { w: randomWeights([2, channels], 1) },
  );
  const b = new GraphBuilder(prepareFor(graph, dims), 1);
  b.output(make(b), { name: 'made', dtype: 'float32', shape: ['N', ...dims] });
  const session = await onnxruntime.load(b.build(), { threads: 1 });
  try {
    const data = Float32Array.from(repeated(values, channels));
    const out = await session.run({ x: { dtype: 'float32', shape: [1, ...dims], data } });
    // −0 is 0.
    return Array.from(out.made!.data as Float32Array, (value) => value + 0);
  } finally {
    await session.close();
  }
}

const repeated = (values: readonly number[], channels: number) =>
  Array.from({ length: channels }, () => values).flat();

describe.each([16, 3])('%i channels', (channels) => {
  it('is 1 for every positive normal number and 0 otherwise', async () => {
    const values = [0, -0, 2 ** -126, 1e-30, 1, 6, 3e38, Number.POSITIVE_INFINITY, -(2 ** -126), -5];
    const made = await computed(values, channels, (b) => positive(b, 'x', [channels, 1, values.length]));
    expect(made).toEqual(repeated([0, 0, 1, 1, 1, 1, 1, 1, 0, 0], channels));
  });
});

it('multiplies and adds a constant', async () => {
  const made = await computed([0, 1, -2.5], 16, (b) => channelwise(b, 'x', 16, 3, 0.5));
  expect(made).toEqual(repeated([0.5, 3.5, -7], 16));
});
