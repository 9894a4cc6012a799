import { describe, expect, it } from 'vitest';
import { contourBoxes } from '../../../src/eval/boxes/contour-boxes.js';
import { mask } from '../maps.js';

const box = (x0: number, y0: number, x1: number, y1: number) => ({ x0, y0, x1, y1 });

describe('contourBoxes', () => {
  it('has a box for every component and for every hole, the latter over the pixels round it', () => {
    const drawn = mask(
      '.......#', //
      '.#####..',
      '.#...#..',
      '.#.#.#..',
      '.#...#..',
      '.#####..',
    );
    expect(contourBoxes(drawn)?.all).toEqual([
      box(7, 0, 7, 0),
      box(1, 1, 5, 5),
      box(3, 3, 3, 3),
      box(1, 1, 5, 5),
    ]);
    // A gap at a corner opens no hole: holes hang together by sides only.
    expect(contourBoxes(mask('.##.', '#..#', '#..#', '.##.'))?.all).toHaveLength(2);
    // A bay at the image's border is no hole.
    expect(contourBoxes(mask('#.#', '###'))?.all).toHaveLength(1);
  });

  it('takes as the largest what encloses most, not what has most pixels', () => {
    const drawn = mask(
      '#####....', //
      '#...#.###',
      '#...#.###',
      '#...#.###',
      '#####.###',
      '......###',
      '......###',
    );
    // 16 pixels enclose 16, 18 pixels 10.
    expect(contourBoxes(drawn)?.largest).toEqual(box(0, 0, 4, 4));
  });

  it('takes the last of equals, as OpenCV lists them', () => {
    expect(contourBoxes(mask('#..', '..#', '#..'))?.largest).toEqual(box(0, 2, 0, 2));
  });

  it('finds nothing in an empty mask', () => {
    expect(contourBoxes(mask('...', '...'))).toBeUndefined();
  });
});
