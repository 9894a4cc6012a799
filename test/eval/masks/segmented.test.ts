import { describe, expect, it } from 'vitest';
import { SEC_CRF } from '../../../src/eval/crf/dense-crf.js';
import { type ClassScores, labelMaps, likeliest, refined } from '../../../src/eval/masks/segmented.js';

const whole = (width: number, height: number) => ({
  image: { width, height },
  region: { x: 0, y: 0, width, height },
});
const labels = [0, 1, 2].map((label) => ({ label, channels: [label] }));

/** Two places beside each other: label 1 scores ln 2 at the first, label 2 ln 6 at the second; all else 0. */
const scores: ClassScores = {
  data: Float32Array.of(0, 0, Math.log(2), 0, 0, Math.log(6)),
  ...{ channels: 3, width: 2, height: 1 },
};

describe('masks of a segmenter', () => {
  it('are the softmax over the labels at each place', () => {
    const maps = labelMaps(scores, labels, whole(2, 1));
    expect(maps.map(({ map }) => [...map.data].map((value) => Number(value.toFixed(5))))).toEqual([
      [0.25, 0.125],
      [0.5, 0.125],
      [0.25, 0.75],
    ]);
    expect([...likeliest(maps)]).toEqual([1, 2]);
  });

  it('leave out labels that the image is known not to have', () => {
    const maps = labelMaps(scores, labels.slice(0, 2), whole(2, 1));
    expect(maps.map(({ map }) => map.data[1])).toEqual([0.5, 0.5]);
    // Equal at the second place: the background stands first.
    expect([...likeliest(maps)]).toEqual([1, 0]);
  });

  it('take the best of several channels of one label', () => {
    const joined = [
      { label: 0, channels: [0] },
      { label: 7, channels: [1, 2] },
    ];
    const maps = labelMaps(scores, joined, whole(2, 1));
    expect(maps[1]!.map.data[0]).toBeCloseTo(2 / 3, 6);
    expect(maps[1]!.map.data[1]).toBeCloseTo(6 / 7, 6);
    expect([...likeliest(maps)]).toEqual([7, 7]);
  });

  it('are background where a crop did not show the image', () => {
    const geometry = { image: { width: 4, height: 1 }, region: { x: 1, y: 0, width: 2, height: 1 } };
    expect([...likeliest(labelMaps(scores, labels, geometry))]).toEqual([0, 1, 2, 0]);
  });

  it('follow the colours of the picture after the CRF', () => {
    const side = 24;
    // The object is the left third, in red. The grid knows no more than its half.
    const data = new Uint8Array(side * side * 3);
    for (let i = 0; i < side * side; i++) data[3 * i] = i % side < side / 3 ? 220 : 30;
    const grid: ClassScores = {
      data: Float32Array.of(0, 0.5, 0.6, 0, -9, -9),
      ...{ channels: 3, width: 2, height: 1 },
    };
    const maps = labelMaps(grid, labels, whole(side, side));
    const right = (mask: Uint8Array) =>
      mask.filter((label, i) => (label === 1) === i % side < side / 3).length;
    const crf = { ...SEC_CRF, bilateral: { ...SEC_CRF.bilateral, position: 6 } };
    const picture = { data, width: side, height: side };
    expect(right(likeliest(maps))).toBeLessThan(side * side);
    expect(right(refined(maps, picture, crf, 1e-5))).toBe(side * side);
  });
});
