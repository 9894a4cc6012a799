import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeMap } from '../../src/base/resize-map.js';
import { heatmaps } from '../eval/arbitraries.js';
import { heatmap, rowsOf } from '../eval/maps.js';

function expectClose(actual: (number | undefined)[][], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((row, y) => {
    row.forEach((value, x) => {
      expect(Math.abs(actual[y]![x]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
    });
  });
}

// Golden values, all from torch 2.15:
// up = lambda m, h, w, **k: torch.nn.functional.interpolate(torch.tensor([[m]], dtype=torch.float32), size=(h, w), **k)[0, 0].tolist()
describe('resizeMap agrees with torch', () => {
  it('when doubling', () => {
    // up([[0,1],[2,4]], 4, 4, mode='bilinear', align_corners=False)
    const expected = [
      [0, 0.25, 0.75, 1],
      [0.5, 0.8125, 1.4375, 1.75],
      [1.5, 1.9375, 2.8125, 3.25],
      [2, 2.5, 3.5, 4],
    ];
    const small = heatmap([
      [0, 1],
      [2, 4],
    ]);
    expect(rowsOf(resizeMap(small, { width: 4, height: 4 }))).toEqual(expected);
  });

  const uneven = heatmap([
    [0, 1, 5],
    [2, 4, -3],
  ]);

  it('for sizes that are no multiples', () => {
    // up([[0,1,5],[2,4,-3]], 3, 5, mode='bilinear', align_corners=False)
    expectClose(rowsOf(resizeMap(uneven, { width: 5, height: 3 })), [
      [0, 0.40000003576278687, 1, 3.40000057220459, 5],
      [1, 1.600000023841858, 2.5, 1.5999997854232788, 1],
      [2, 2.8000001907348633, 4, -0.20000095665454865, -3],
    ]);
  });

  it('when reducing, without antialiasing', () => {
    // up([[0,1,2,3,9],[4,5,6,7,1],[8,9,10,11,2],[12,13,14,15,5]], 3, 2, mode='bilinear', align_corners=False)
    const large = heatmap([
      [0, 1, 2, 3, 9],
      [4, 5, 6, 7, 1],
      [8, 9, 10, 11, 2],
      [12, 13, 14, 15, 5],
    ]);
    expectClose(rowsOf(resizeMap(large, { width: 2, height: 3 })), [
      [1.4166667461395264, 4.666666507720947],
      [6.75, 7.125],
      [12.083333969116211, 11.875000953674316],
    ]);
  });

  it('at the size of a photograph', () => {
    // m = torch.arange(49.).reshape(7, 7); u = torch.tensor(up(((m * m * 37) % 101).tolist(), 375, 500, mode='bilinear', align_corners=False))
    // [u[y, x].item() for y, x in [(0,0),(0,499),(187,250),(100,33),(374,499),(311,123)]], u.double().sum().item()
    const map = {
      data: Float32Array.from({ length: 49 }, (_, i) => (i * i * 37) % 101),
      width: 7,
      height: 7,
    };
    const { data } = resizeMap(map, { width: 500, height: 375 });
    const at = (y: number, x: number) => data[y * 500 + x];
    const sample = [at(0, 0), at(0, 499), at(187, 250), at(100, 33), at(374, 499), at(311, 123)];
    const golden = [0, 19, 1.672040581703186, 90.36000061035156, 4, 59.76677703857422];
    // Over all pixels torch is 5.6e-5 at most from its own float64 result, as it places the samples in float32.
    sample.forEach((value, i) => {
      expect(Math.abs(value! - golden[i]!)).toBeLessThan(5e-5);
    });
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(9114843.685186803, 0);
  });

  it('for nearest', () => {
    // up([[0,1,5],[2,4,-3]], 3, 5, mode='nearest-exact')
    expect(rowsOf(resizeMap(uneven, { width: 5, height: 3 }, 'nearest'))).toEqual([
      [0, 0, 1, 5, 5],
      [2, 2, 4, -3, -3],
      [2, 2, 4, -3, -3],
    ]);
  });
});

describe('resizeMap', () => {
  const size = fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) });

  it('stays within the range of the map', () => {
    fc.assert(
      fc.property(heatmaps, size, (map, extent) => {
        const { data } = resizeMap(map, extent);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...map.data));
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...map.data));
      }),
    );
  });

  it('agrees with the two-dimensional formula at every pixel', () => {
    fc.assert(
      fc.property(heatmaps, size, (map, { width, height }) => {
        const along = (d: number, from: number, to: number) => Math.max(0, ((d + 0.5) * from) / to - 0.5);
        const at = (x: number, y: number) =>
          map.data[Math.min(map.height - 1, y) * map.width + Math.min(map.width - 1, x)]!;
        const { data } = resizeMap(map, { width, height });
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [u, v] = [along(x, map.width, width), along(y, map.height, height)];
            const [i, j] = [Math.floor(u), Math.floor(v)];
            const [p, q] = [u - i, v - j];
            const top = (1 - p) * at(i, j) + p * at(i + 1, j);
            const bottom = (1 - p) * at(i, j + 1) + p * at(i + 1, j + 1);
            expect(Math.abs(data[y * width + x]! - ((1 - q) * top + q * bottom))).toBeLessThan(1e-4);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is the same map, not a copy, when the size is', () => {
    const map = heatmap([[1, 2, 3]]);
    expect(resizeMap(map, { width: 3, height: 1 })).toBe(map);
  });

  it('writes into a longer buffer and leaves the rest of it alone', () => {
    const buffer = new Float32Array(10).fill(-9);
    const resized = resizeMap(heatmap([[1, 3]]), { width: 4, height: 2 }, 'bilinear', buffer);
    expect([...resized.data]).toEqual([1, 1.5, 2.5, 3, 1, 1.5, 2.5, 3]);
    expect([...buffer]).toEqual([1, 1.5, 2.5, 3, 1, 1.5, 2.5, 3, -9, -9]);
  });

  it('refuses a size that is no size, and a buffer that is too short', () => {
    const map = heatmap([[1, 3]]);
    expect(() => resizeMap(map, { width: 0, height: 2 })).toThrow(RangeError);
    expect(() => resizeMap(map, { width: 2.5, height: 2 })).toThrow(RangeError);
    expect(() => resizeMap(map, { width: 4, height: 2 }, 'bilinear', new Float32Array(7))).toThrow(
      RangeError,
    );
  });
});
