import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetSpec } from './caffe-files.js';
import { graphOf, runAll } from './run-graph.js';

type Pair = readonly [number, number];

interface Pool {
  readonly method: 'MAX' | 'AVE';
  readonly size: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
}

/** pooling_layer.cpp, window by window, over one plane; undefined where a window holds nothing. */
function caffePool(
  plane: readonly number[],
  { method, size, kernel, stride, pad }: Pool,
): number[] | undefined {
  const pooled = size.map((length, axis) => {
    const output = Math.ceil((length + 2 * pad[axis]! - kernel[axis]!) / stride[axis]!) + 1;
    const clips = (pad[0] > 0 || pad[1] > 0) && (output - 1) * stride[axis]! >= length + pad[axis]!;
    return clips ? output - 1 : output;
  });
  const found: number[] = [];
  for (let ph = 0; ph < pooled[0]!; ph++) {
    for (let pw = 0; pw < pooled[1]!; pw++) {
      const start = [ph * stride[0] - pad[0], pw * stride[1] - pad[1]] as const;
      const end = start.map((from, axis) => Math.min(from + kernel[axis]!, size[axis]! + pad[axis]!)) as [
        number,
        number,
      ];
      const area = (end[0] - start[0]) * (end[1] - start[1]);
      const values: number[] = [];
      for (let h = Math.max(start[0], 0); h < Math.min(end[0], size[0]); h++) {
        for (let w = Math.max(start[1], 0); w < Math.min(end[1], size[1]); w++)
          values.push(plane[h * size[1] + w]!);
      }
      if (values.length === 0) return undefined;
      found.push(
        method === 'MAX' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / area,
      );
    }
  }
  return found.length === 0 ? undefined : found;
}

function netOf({ method, size, kernel, stride, pad }: Pool): NetSpec {
  const pair = (name: string, [h, w]: Pair) => `${name}_h: ${h} ${name}_w: ${w}`;
  const params = `pooling_param { pool: ${method} ${pair('kernel', kernel)} ${pair('stride', stride)} ${pair('pad', pad)} }`;
  const pool = { name: 'pool', type: 'Pooling', bottoms: ['data'], tops: ['pool'], params };
  const one = { shape: [1, 1, 1, 1], values: Float32Array.of(1) };
  const unread = { name: 'unread', type: 'Convolution', bottoms: ['data'], tops: ['unread'], blobs: [one] };
  const conv = { ...unread, params: 'convolution_param { num_output: 1 kernel_size: 1 bias_term: false }' };
  return { name: 'pool', input: [1, ...size] as [1, number, number], layers: [conv, pool] };
}

async function convertedPool(plane: readonly number[], pool: Pool): Promise<number[]> {
  const outputs = await runAll(graphOf(netOf(pool)), Float32Array.from(plane), [1, 1, ...pool.size]);
  return [...outputs.get('pool')!.values];
}

const ramp = (count: number) => Array.from({ length: count }, (_, i) => ((i * 7) % 11) - 5);
const side = { min: 1, max: 9 };
const pools: fc.Arbitrary<Pool> = fc.record({
  method: fc.constantFrom('MAX', 'AVE'),
  size: fc.tuple(fc.integer(side), fc.integer(side)),
  kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  pad: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
});

describe("Caffe's pooling", () => {
  it('rounds up: 6 wide, 3×3 at stride 2 gives 3, the last window cut to the image', async () => {
    const pool: Pool = { method: 'AVE', size: [1, 6], kernel: [1, 3], stride: [1, 2], pad: [0, 0] };
    expect(await convertedPool([1, 2, 3, 4, 5, 6], pool)).toEqual([2, 4, 5.5]);
  });

  it('counts zeros of the padding in an average, and not what hangs over beyond it', async () => {
    // Padded: 0 1 2 3 4 5 6 7 8 0 | windows of 3 at 0, 2, 4, 6, 8; the last is cut to (8, 0).
    const pool: Pool = { method: 'AVE', size: [1, 8], kernel: [1, 3], stride: [1, 2], pad: [0, 1] };
    expect(await convertedPool([1, 2, 3, 4, 5, 6, 7, 8], pool)).toEqual([1, 3, 5, 7, 4]);
  });

  it('drops a last window that would start in the padding', async () => {
    const pool: Pool = { method: 'MAX', size: [1, 4], kernel: [1, 2], stride: [1, 3], pad: [0, 1] };
    expect(await convertedPool([1, 2, 3, 4], pool)).toEqual([1, 4]);
  });

  it('is the same as the loops of pooling_layer.cpp, or refused where those pool over nothing', async () => {
    await fc.assert(
      fc.asyncProperty(pools, async (pool) => {
        fc.pre(pool.pad.every((pad, axis) => pad < pool.kernel[axis]!));
        const plane = ramp(pool.size[0] * pool.size[1]);
        const expected = caffePool(plane, pool);
        if (expected === undefined) {
          expect(() => graphOf(netOf(pool))).toThrow(
            /layer `pool` \(Pooling\): a window lies beyond its input/,
          );
          return;
        }
        const found = await convertedPool(plane, pool);
        expect(found).toHaveLength(expected.length);
        for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
