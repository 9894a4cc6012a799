import { describe, expect, it } from 'vitest';
import { boxHeight, boxWidth } from '../../../src/base/box.js';
import { centerBox } from '../../../src/eval/boxes/center-box.js';

describe('centerBox', () => {
  it('covers the given fraction of each side, with equal margins', () => {
    expect(centerBox(8, 4, 0.5)).toEqual({ x0: 2, y0: 1, x1: 5, y1: 2 });
  });

  it('takes 70 % of each side by default', () => {
    const box = centerBox(500, 375);
    expect(boxWidth(box)).toBeCloseTo(350, 9);
    expect(boxHeight(box)).toBeCloseTo(262.5, 9);
    expect(box.x0).toBeCloseTo(500 - 1 - box.x1, 9);
    expect(box.y0).toBeCloseTo(375 - 1 - box.y1, 9);
  });

  it('is the whole image at 1', () => {
    expect(centerBox(5, 7, 1)).toEqual({ x0: 0, y0: 0, x1: 4, y1: 6 });
  });
});
