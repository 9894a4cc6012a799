import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smoothMap } from '../../../src/eval/maps/smooth.js';

const map = (width: number, height: number, data: readonly number[]) => ({
  data: Float32Array.from(data),
  width,
  height,
});

describe('smoothMap', () => {
  it('spreads a point as the Gaussian says, the same along both axes', () => {
    const point = map(
      9,
      9,
      Array.from({ length: 81 }, (_, i) => (i === 40 ? 1 : 0)),
    );
    const { data } = smoothMap(point, 1);
    const weight = (d: number) => Math.exp(-(d * d) / 2);
    const total = [-4, -3, -2, -1, 0, 1, 2, 3, 4].reduce((sum, d) => sum + weight(d), 0);
    expect(data[40]!).toBeCloseTo((1 / total) ** 2, 6);
    expect(data[42]!).toBeCloseTo((weight(2) * 1) / total ** 2, 6);
    expect(data[40 + 18]!).toBeCloseTo(data[42]!, 7);
    expect(data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it('reflects at the border: nothing is lost, and the edge counts twice', () => {
    const corner = map(3, 1, [1, 0, 0]);
    const { data } = smoothMap(corner, 0.25);
    // radius 1: weights w0, w1 = w0·e⁻⁸; the pixel left of the first one is the first one again.
    const w1 = Math.exp(-8) / (1 + 2 * Math.exp(-8));
    expect(data[0]!).toBeCloseTo(1 - w1, 6);
    expect(data[1]!).toBeCloseTo(w1, 6);
  });

  it('repeats the edge pixel when told to, as TorchRay does', () => {
    // scipy.ndimage.gaussian_filter1d([1, 2, 0, 0, 5], 1, mode='nearest', truncate=4)
    const { data } = smoothMap(map(5, 1, [1, 2, 0, 0, 5]), 1, 'repeated');
    const expected = [1.18408378, 1.12124367, 0.83528381, 1.61518927, 3.50635623];
    expect([...data].map((value, i) => Math.abs(value - expected[i]!) < 1e-6)).toEqual(Array(5).fill(true));
  });

  it('leaves a constant map constant, keeps the sum, and does nothing for σ = 0', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.infiniteStream(fc.float({ min: 0, max: 1, noNaN: true })),
        (width, height, sigma, stream) => {
          const values = Array.from({ length: width * height }, () => stream.next().value as number);
          const given = map(width, height, values);
          const sum = (data: Float32Array) => data.reduce((a, b) => a + b, 0);
          expect(sum(smoothMap(given, sigma).data)).toBeCloseTo(sum(given.data), 3);
          for (const value of smoothMap(
            map(
              width,
              height,
              values.map(() => 0.5),
            ),
            sigma,
          ).data) {
            expect(value).toBeCloseTo(0.5, 5);
          }
          expect(smoothMap(given, 0)).toBe(given);
        },
      ),
      { numRuns: 40 },
    );
  });
});
