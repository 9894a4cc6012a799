import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Composition,
  MEASURED,
  statistics,
  type UnitBox,
} from '../../scripts/quickstart/imagenet-statistics.mjs';
import type { Sample } from '../../src/base/sample.js';
import { openDataset } from '../../src/datasets/registry.js';

/* The shipped scenes are composed as ImageNet's photographs are, of which the numbers were measured (docs/measurements). */

/** Boxes are inclusive of their last pixel. */
function unitBoxes({ objects, size: { width, height } }: Sample): readonly UnitBox[] {
  return objects.map(({ box }) => ({
    x0: box.x0 / width,
    y0: box.y0 / height,
    x1: (box.x1 + 1) / width,
    y1: (box.y1 + 1) / height,
  }));
}

const QUANTILES = [
  ['area', 0.05],
  ['offset', 0.02],
  ['aspect', 0.07],
  ['offsetByArea', 0.04],
] as const;

/** Every number that lies further from ImageNet's than it may, in words. */
function misses(found: Composition): readonly string[] {
  const quantiles = QUANTILES.flatMap(([key, most]) =>
    MEASURED[key].flatMap(([at, value], index) => {
      const [, ours] = found[key][index]!;
      return Math.abs(ours - value) > most ? [`${key} at ${at}: ${ours}, not ${value}`] : [];
    }),
  );
  const shares = MEASURED.boxes.flatMap((share, index) =>
    Math.abs(found.boxes[index]! - share) > 0.07 ? [`boxes: ${found.boxes[index]}, not ${share}`] : [],
  );
  return [...quantiles, ...shares];
}

describe('the composition of the quickstart’s scenes', () => {
  let images: readonly (readonly UnitBox[])[];

  beforeAll(async () => {
    const data = await openDataset({ name: 'imagenet', root: 'datasets/quickstart/imagenet' });
    images = (await Promise.all(data.ids.map((id) => data.load(id)))).map(unitBoxes);
  });

  it('has the quantiles of ImageNet’s boxes within a few points', () => {
    expect(images).toHaveLength(500);
    expect(misses(statistics(images))).toEqual([]);
  });

  it('gives a box in the middle its share of hits within three points', () => {
    expect(Math.abs(100 * (statistics(images).centreBox - MEASURED.centreBox))).toBeLessThan(3 + 1e-9);
  });

  it('is found wanting where objects are smaller, or all in the middle', () => {
    const shrunk = images.map((boxes) => boxes.map((box) => around(box, 0.8)));
    expect(misses(statistics(shrunk)).filter((miss) => miss.startsWith('area'))).not.toEqual([]);
    const centred = images.map((boxes) => boxes.map(centre));
    expect(misses(statistics(centred)).filter((miss) => miss.startsWith('offset'))).not.toEqual([]);
    expect(statistics(centred).centreBox).toBeGreaterThan(MEASURED.centreBox + 0.03);
  });

  it('has photographs’ sizes', async () => {
    const data = await openDataset({ name: 'imagenet', root: 'datasets/quickstart/imagenet' });
    const sizes = await Promise.all(data.ids.slice(0, 100).map(async (id) => (await data.load(id)).size));
    const long = sizes.map(({ width, height }) => Math.max(width, height));
    expect([Math.min(...long), Math.max(...long)]).toEqual([333, 500]);
  });
});

function around({ x0, y0, x1, y1 }: UnitBox, scale: number): UnitBox {
  const [cx, cy, w, h] = [(x0 + x1) / 2, (y0 + y1) / 2, (scale * (x1 - x0)) / 2, (scale * (y1 - y0)) / 2];
  return { x0: cx - w, y0: cy - h, x1: cx + w, y1: cy + h };
}

function centre({ x0, y0, x1, y1 }: UnitBox): UnitBox {
  return {
    x0: 0.5 - (x1 - x0) / 2,
    y0: 0.5 - (y1 - y0) / 2,
    x1: 0.5 + (x1 - x0) / 2,
    y1: 0.5 + (y1 - y0) / 2,
  };
}
