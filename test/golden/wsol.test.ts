import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/base/box.js';
import type { Heatmap } from '../../src/base/heatmap.js';
import type { Size } from '../../src/base/size.js';
import { BOX_IOUS, truncatedBox } from '../../src/eval/boxes/max-box-acc.js';
import { bestIous, MaxBoxAccEvaluator, PxApEvaluator, pixelCounts } from '../../src/eval/index.js';
import { seededValues } from './seeded.js';

/* The numbers are those of the published evaluator (scripts/golden/wsol.py), on the maps made here and there. */

const IMAGES = 12;
const SIDE = 224;

interface Golden {
  readonly v1: number;
  readonly v2: number;
  readonly largest: { readonly maxBoxAcc: number[]; readonly right: number[][] };
  readonly any: { readonly maxBoxAcc: number[]; readonly right: number[][] };
  readonly pxap: { readonly all: number; readonly each: number[] };
}

const golden = JSON.parse(readFileSync(new URL('wsol.json', import.meta.url), 'utf8')) as Golden;
const maps = Array.from({ length: IMAGES }, (_, i) => makeMap(i));

describe('the published evaluator of weakly supervised localization', () => {
  it('counts the same right boxes at every threshold and IoU, hence MaxBoxAcc V1 and V2', () => {
    const evaluator = new MaxBoxAccEvaluator();
    maps.forEach((map, i) => {
      const { size, boxes } = makeBoxes(i);
      evaluator.accumulate(
        bestIous(
          map,
          boxes.map((box) => truncatedBox(box, size, map)),
        ),
      );
    });
    for (const contours of ['largest', 'any'] as const) {
      BOX_IOUS.forEach((iou, d) => {
        const counted = Array.from(evaluator.curve(contours, iou), (share) =>
          Math.round(share * 0.01 * IMAGES),
        );
        expect(counted).toEqual(golden[contours].right[d]);
      });
    }
    const result = evaluator.compute()!;
    expect(result.v1).toBeCloseTo(golden.v1, 9);
    expect(result.v2).toBeCloseTo(golden.v2, 9);
    expect(result.any.map(({ accuracy }) => accuracy)).toEqual(golden.any.maxBoxAcc);
  });

  it('has the same PxAP, of each image and of all', () => {
    const all = new PxApEvaluator();
    maps.forEach((map, i) => {
      const one = new PxApEvaluator();
      const counts = pixelCounts(map, makeMask(i));
      one.accumulate(counts);
      all.accumulate(counts);
      expect(one.compute()).toBeCloseTo(golden.pxap.each[i]!, 9);
    });
    expect(all.compute()).toBeCloseTo(golden.pxap.all, 9);
  });
});

function whole(name: string, low: number, high: number, count = 1): number[] {
  return Array.from(seededValues(name, count, low, high), Math.floor);
}

function makeMap(i: number): Heatmap {
  const step = i % 3 === 2 ? 32 : 1;
  const noise = i % 3 === 1 ? seededValues(`noise ${i}`, SIDE * SIDE, 0, 0.3) : undefined;
  const bumps = [0, 1, 2].map((b) => {
    const [cx, cy] = whole(`centre ${i} ${b}`, 20, 204, 2) as [number, number];
    return {
      cx,
      cy,
      spread: whole(`spread ${i} ${b}`, 200, 3000)[0]!,
      sign: b === 2 && i % 2 === 1 ? -1 : 1,
    };
  });
  const data = new Float32Array(SIDE * SIDE);
  for (let at = 0; at < data.length; at++) {
    const x = Math.floor((at % SIDE) / step) * step;
    const y = Math.floor(Math.floor(at / SIDE) / step) * step;
    let value = 0;
    for (const { cx, cy, spread, sign } of bumps) {
      value += sign / (1 + ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / spread);
    }
    data[at] = value + (noise?.[at] ?? 0);
  }
  return { data, width: SIDE, height: SIDE };
}

function makeBoxes(i: number): { size: Size; boxes: Box[] } {
  const [width, height] = whole(`size ${i}`, 150, 500, 2) as [number, number];
  const boxes = Array.from({ length: 1 + (i % 2) }, (_, b) => {
    const [cx, cy] = whole(`centre ${i} ${b}`, 20, 204, 2) as [number, number];
    const half = whole(`half ${i} ${b}`, 10, 60)[0]!;
    const scaled = (value: number, length: number) => Math.floor((value * length) / SIDE);
    return {
      x0: scaled(Math.max(0, cx - half), width),
      y0: scaled(Math.max(0, cy - half), height),
      x1: scaled(Math.min(SIDE - 1, cx + half), width),
      y1: scaled(Math.min(SIDE - 1, cy + half), height),
    };
  });
  return { size: { width, height }, boxes };
}

/** 1 in a disc round the first bump, 255 in a square to be ignored where that is not of the disc. */
function makeMask(i: number): Uint8Array {
  const [cx, cy] = whole(`centre ${i} 0`, 20, 204, 2) as [number, number];
  const radius = whole(`half ${i} 0`, 10, 60)[0]!;
  const [left, top] = whole(`ignore ${i}`, 0, 160, 2) as [number, number];
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    if ((x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2) return 1;
    return x >= left && x < left + 50 && y >= top && y < top + 50 ? 255 : 0;
  });
}
