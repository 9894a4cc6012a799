import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paintRuns } from '../../src/base/run-lengths.js';
import { paintPolygon } from '../../src/datasets/coco-polygon.js';
import { checkedRuns, countsOfString, resizeRuns, runsOf } from '../../src/datasets/coco-rle.js';
import { masks } from '../eval/arbitraries.js';

/* The golden values are pycocotools' (scripts/golden/coco_masks.py). */

interface Golden {
  readonly width: number;
  readonly height: number;
  readonly polygons: readonly (readonly number[])[];
  readonly counts?: readonly number[];
  readonly packed: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/coco-masks.json', import.meta.url), 'utf8'),
) as Golden[];

describe('masks of COCO', () => {
  it.each(golden.map((one, i) => [i, one] as const))('draws polygons as pycocotools does: %i', (_, one) => {
    const columns = new Uint8Array(one.width * one.height);
    for (const polygon of one.polygons) paintPolygon(polygon, one, columns);
    expect(runsOf(columns, one).counts).toEqual(countsOfString(one.packed, 'here'));
  });

  it('unpacks run lengths as pycocotools does', () => {
    for (const { counts, packed } of golden) {
      if (counts !== undefined) expect(countsOfString(packed, 'here')).toEqual(counts);
    }
  });

  it('draws a square by hand: half pixels round to the pixel whose centre is inside', () => {
    const columns = new Uint8Array(16);
    paintPolygon([1, 1, 3, 1, 3, 3, 1, 3], { width: 4, height: 4 }, columns);
    expect([...columns]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('packs and paints back what it was given', () => {
    fc.assert(
      fc.property(masks, ({ data, width, height }) => {
        const columns = Uint8Array.from(data, (_, i) => data[(i % height) * width + Math.floor(i / height)]!);
        const runs = runsOf(columns, { width, height });
        const out = new Uint8Array(width * height);
        paintRuns(runs, out);
        expect(out).toEqual(data);
        // Twice the size and back, every pixel is what it was.
        const large = resizeRuns(runs, { width: 2 * width, height: 2 * height });
        expect(resizeRuns(large, { width, height })).toEqual(runs);
        expect(checkedRuns(large.counts, large, 'here')).toEqual(large);
      }),
    );
  });

  it('draws on an image of another size what the annotated one has at each pixel’s centre', () => {
    const side = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...golden.slice(0, 40)), side, side, (one, width, height) => {
        const full = new Uint8Array(one.width * one.height);
        const out = new Uint8Array(width * height);
        for (const polygon of one.polygons) {
          paintPolygon(polygon, one, full);
          paintPolygon(polygon, one, out, { width, height });
        }
        const at = (i: number, length: number, original: number) =>
          Math.floor(((2 * i + 1) * original) / (2 * length));
        const expected = out.map((_, i) => {
          const [x, y] = [Math.floor(i / height), i % height];
          return full[at(x, width, one.width) * one.height + at(y, height, one.height)]!;
        });
        expect(out).toEqual(expected);
        expect(resizeRuns(runsOf(full, one), { width, height })).toEqual(runsOf(out, { width, height }));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a\u0001', 'here: no run lengths: sign 2 is none of theirs'],
    ['PP', 'here: the run lengths are cut off'],
  ])('refuses run lengths such as %j', (text, message) => {
    expect(() => countsOfString(text, 'here')).toThrow(message);
  });

  it('refuses runs that do not fill the image', () => {
    const size = { width: 3, height: 2 };
    expect(() => checkedRuns([4, 1], size, 'here')).toThrow(
      'here: the runs cover 5 pixels, the image has 3x2',
    );
    expect(() => checkedRuns([7, -1], size, 'here')).toThrow('here: a run of -1 pixels');
  });
});
