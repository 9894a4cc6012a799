import { describe, expect, it } from 'vitest';
import { localizationSchema } from '../../../src/config/localization.js';
import { boxOfMap, mapArea } from '../../../src/eval/boxes/box-of-map.js';
import { describeBoxRule } from '../../../src/experiments/localization/boxes.js';
import { inputGeometry } from '../../../src/images/preprocess.js';
import { input } from '../../run/world.js';

const nearest = { upsampling: 'nearest', threshold: 0.5 } as const;
const rule = localizationSchema.parse(nearest);
const map = (width: number, values: number[]) => ({
  data: Float32Array.from(values),
  width,
  height: values.length / width,
});
const corner = map(2, [0, 1, 0, 0]);

describe('boxOfMap', () => {
  it('covers the quarter of a warped image that is hot', () => {
    const geometry = inputGeometry({ width: 40, height: 20 }, input);
    const box = { x0: 20, y0: 0, x1: 39, y1: 9 };
    expect(boxOfMap(corner, geometry, rule)).toEqual(box);
    expect(boxOfMap(corner, geometry, { ...rule, frame: 'input' })).toEqual(box);
  });

  it('stays within the crop that the network saw', () => {
    // 16 high and 32 wide, short side to 16, centre 8 × 8: columns 12..19, rows 4..11 of the stored image.
    const geometry = inputGeometry({ width: 32, height: 16 }, { ...input, resize: 'crop', cropFrom: 16 });
    const box = { x0: 16, y0: 4, x1: 19, y1: 7 };
    expect(boxOfMap(corner, geometry, rule)).toEqual(box);
    expect(boxOfMap(corner, geometry, { ...rule, frame: 'input' })).toEqual(box);
  });

  it('has no box for a map without a positive value', () => {
    const geometry = inputGeometry({ width: 4, height: 4 }, input);
    expect(boxOfMap(map(2, [0, 0, 0, -1]), geometry, rule)).toBeUndefined();
  });

  it('fits the buffer that mapArea announces', () => {
    const geometry = inputGeometry({ width: 33, height: 17 }, { ...input, resize: 'crop', cropFrom: 9 });
    for (const frame of ['image', 'input'] as const) {
      const buffer = new Float32Array(mapArea(geometry));
      expect(boxOfMap(corner, geometry, { ...rule, frame }, buffer)).toBeDefined();
    }
  });
});

describe('describeBoxRule', () => {
  it('names every choice', () => {
    expect(describeBoxRule(localizationSchema.parse({}))).toBe(
      '>=0.15 of max, largest count, 8-connected, bilinear to image',
    );
  });
});
