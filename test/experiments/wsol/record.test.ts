import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/base/box.js';
import type { Heatmap } from '../../../src/base/heatmap.js';
import type { Size } from '../../../src/base/size.js';
import { truthInStoredPixels } from '../../../src/datasets/truth.js';
import { packHits } from '../../../src/eval/boxes/box-hits.js';
import { bestIous } from '../../../src/eval/boxes/max-box-acc.js';
import { wsolRecord } from '../../../src/experiments/wsol/record.js';

const INPUT = { width: 22, height: 22 };
const square = (side: number): Size => ({ width: side, height: side });
const network = { outputs: [{ method: 'cam', layer: 'l', ...INPUT }] };

/** 1 within the box, 0 elsewhere. */
function block({ x0, y0, x1, y1 }: Box, { width, height }: Size): Heatmap {
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1 ? 1 : 0;
  });
  return { data, width, height };
}

async function hitsOf(box: Box, annotated: Size, stored: Size, map: Heatmap): Promise<string> {
  const flags = { difficult: false, truncated: false, occluded: false };
  const annotation = { size: annotated, objects: [{ className: 'dog', box, ...flags }] };
  const truth = truthInStoredPixels(annotation, stored, 0, 'a.xml', () => 0);
  const image = {
    truth: { ...truth, id: 'one', imagePath: 'one.png', labels: [0], size: stored, blacklisted: false },
    mask: async () => undefined,
    geometry: { image: stored, input: INPUT, region: { x: 0, y: 0, ...stored } },
    given: [{ classIndex: 0, score: 0, map: () => map }],
  };
  return (await wsolRecord(image, network))[0]![0]!.hits;
}

const packed = (map: Heatmap, box: Box) => Buffer.from(packHits(bestIous(map, [box]))).toString('base64');

describe('wsolRecord on a copy that was resized', () => {
  // The published evaluator: int(130 * 22 / 220) = 13. By way of 23 stored pixels it was int(12.14) = 12.
  const box = { x0: 100, y0: 100, x1: 130, y1: 130 };
  const published = { x0: 10, y0: 10, x1: 13, y1: 13 };
  const map = block({ x0: 10, y0: 10, x1: 12, y1: 12 }, INPUT);

  it('scales a box once, from the size that the annotation speaks of', async () => {
    const hits = await hitsOf(box, square(220), square(23), map);
    expect(hits).toBe(packed(map, published));
    // Else nothing was shown: the box that is scaled twice is another one, and another decision.
    expect(hits).not.toBe(packed(map, { ...published, x1: 12, y1: 12 }));
  });

  it.each([23, 100, 219, 220, 221, 1000])('decides the same whatever size the copy has: %i', async (side) => {
    expect(await hitsOf(box, square(220), square(side), map)).toBe(packed(map, published));
  });

  it('takes a slip of the annotation tool, width and height swapped, for what it is', async () => {
    const stored = { width: 220, height: 110 };
    const swapped = { width: 110, height: 220 };
    const own = { x0: 100, y0: 50, x1: 130, y1: 65 };
    expect(await hitsOf(own, swapped, stored, map)).toBe(packed(map, published));
  });
});
