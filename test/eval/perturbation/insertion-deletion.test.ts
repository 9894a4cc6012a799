import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pixelOrder } from '../../../src/eval/maps/pixel-order.js';
import { confidenceDrop, confidenceRose, throughMap } from '../../../src/eval/perturbation/average-drop.js';
import { areaUnderCurve, blurred, curveCopies } from '../../../src/eval/perturbation/insertion-deletion.js';
import { heatmap } from '../maps.js';

const relevances = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 });

describe('pixelOrder', () => {
  it('falls, equals in raster order', () => {
    expect([...pixelOrder([1, 3, 3, -1, 2])]).toEqual([1, 2, 4, 0, 3]);
    expect(() => pixelOrder([1, Number.NaN])).toThrow(RangeError);
  });

  it('holds every position once', () => {
    fc.assert(
      fc.property(relevances, (list) => {
        expect([...pixelOrder(list)].sort((a, b) => a - b)).toEqual([...list.keys()]);
      }),
    );
  });
});

describe('curveCopies', () => {
  // Two channels of four pixels.
  const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const baseline = new Float32Array(8);
  const relevance = [0, 9, 1, 5];

  it('deletes the most relevant pixels first, in all channels', () => {
    expect([...curveCopies('deletion', image, baseline, relevance, 3)].map((copy) => [...copy])).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 0, 3, 0, 5, 0, 7, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('inserts the most relevant pixels first', () => {
    expect([...curveCopies('insertion', image, baseline, relevance, 5)].map((copy) => [...copy])).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 2, 0, 0, 0, 6, 0, 0],
      [0, 2, 0, 4, 0, 6, 0, 8],
      [0, 2, 3, 4, 0, 6, 7, 8],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
  });

  it('goes from one image to the other, never back', () => {
    fc.assert(
      fc.property(relevances, fc.integer({ min: 2, max: 9 }), (list, count) => {
        const ones = new Float32Array(list.length).fill(1);
        const zeros = new Float32Array(list.length);
        const copies = [...curveCopies('insertion', ones, zeros, list, count)];
        expect(copies).toHaveLength(count);
        expect(copies[0]).toEqual(zeros);
        expect(copies.at(-1)).toEqual(ones);
        for (let i = 1; i < count; i++) {
          expect(copies[i]!.every((value, at) => value >= copies[i - 1]![at]!)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuses shapes that do not fit, and a curve of one point', () => {
    expect(() => [...curveCopies('deletion', image, baseline.subarray(1), relevance, 3)]).toThrow(RangeError);
    expect(() => [...curveCopies('deletion', image, baseline, [1, 2, 3], 3)]).toThrow(RangeError);
    expect(() => [...curveCopies('deletion', image, baseline, relevance, 1)]).toThrow(RangeError);
  });
});

describe('areaUnderCurve', () => {
  it('is the trapezoid rule over [0, 1]', () => {
    expect(areaUnderCurve([1, 0.5, 0])).toBe(0.5);
    expect(areaUnderCurve([0, 1, 1, 0])).toBeCloseTo(2 / 3, 15);
    expect(areaUnderCurve([7])).toBe(7);
    expect(areaUnderCurve([])).toBeNaN();
  });
});

describe('blurred', () => {
  it('keeps channels apart and their means', () => {
    const image = Float32Array.of(...[0, 0, 9, 0, 0, 0], ...[1, 1, 1, 1, 1, 1]);
    const out = blurred(image, 2, 3, 1);
    const mean = (from: number) => out.subarray(from, from + 6).reduce((sum, value) => sum + value, 0) / 6;
    expect(mean(0)).toBeCloseTo(1.5, 5);
    for (const value of out.subarray(6)) expect(value).toBeCloseTo(1, 6);
    expect(out[2]).toBeLessThan(9);
    expect(out[1]).toBeGreaterThan(0);
  });
});

describe('average drop and increase in confidence', () => {
  it('looks through the map divided by its maximum', () => {
    const image = Float32Array.of(1, 2, 3, -1, -2, -3);
    expect([...throughMap(image, heatmap([[4, 2, -1]]))]).toEqual([1, 1, 0, -1, -1, 0]);
    // Hidden is 10 in the first channel and 0 in the second.
    expect([...throughMap(image, heatmap([[4, 2, -1]]), [10, 0])]).toEqual([1, 6, 10, -1, -1, 0]);
  });

  it('sees nothing through an empty map', () => {
    expect([...throughMap(Float32Array.of(3, 4), heatmap([[0, -2]]), [7])]).toEqual([7, 7]);
    expect(() => throughMap(Float32Array.of(3, 4), heatmap([[1, 2, 3]]))).toThrow(RangeError);
  });

  it('counts a fall as its share of the confidence, and a rise as none', () => {
    expect(confidenceDrop(0.8, 0.2)).toBeCloseTo(75, 12);
    expect(confidenceDrop(0.2, 0.8)).toBe(0);
    expect(confidenceDrop(0, 0)).toBe(0);
    expect([confidenceRose(0.2, 0.8), confidenceRose(0.8, 0.2), confidenceRose(0.5, 0.5)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
