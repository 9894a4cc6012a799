import { describe, expect, it } from 'vitest';
import type { NetworkRecords, RunRecords } from '../../../src/eval/experiment.js';
import { NOTHING_PUBLISHED } from '../../../src/eval/published.js';
import { evaluate } from '../../../src/experiments/segmentation/evaluate.js';
import type { SegmentationRecord } from '../../../src/experiments/segmentation/record.js';

const options = { threshold: 0.2, thresholds: [0.2] };

type Pixels = readonly (readonly [truth: number, seed: number, pixels: number])[];

function evaluated(images: readonly Pixels[]) {
  const records = images.map((pixels): SegmentationRecord => {
    const truth = new Map<number, number>();
    for (const [label, , count] of pixels) truth.set(label, (truth.get(label) ?? 0) + count);
    const pairs = pixels.flatMap(([label, seed, count]) =>
      seed === 0 ? [] : [[label, seed, [count]] as const],
    );
    return { labels: [], counts: [{ truth: [...truth], pairs }] };
  });
  const network: NetworkRecords<SegmentationRecord> = {
    ...{ name: 'net', index: 0, paper: undefined },
    outputs: [{ method: 'cam', layer: 'l', width: 1, height: 1 }],
    records: async function* () {
      for (const [at, record] of records.entries()) yield { at, id: String(at), record };
    },
  };
  const run: RunRecords<SegmentationRecord> = {
    ...{ name: 'run', networks: [network], published: NOTHING_PUBLISHED },
    data: { label: 'made up', comparable: false, dataset: 'voc', images: images.length },
    classes: ['a', 'b', 'c'].map((name) => ({ id: name, name })),
    bootstrap: { replicates: 400, seed: 1, level: 0.95 },
  };
  return evaluate(run, network, options);
}

const found: Pixels = [
  [0, 0, 50],
  [1, 1, 50],
];

describe('the mean IoU’s interval', () => {
  it('is not lifted by resamples without a rare class', async () => {
    const missed: Pixels = [
      [0, 0, 50],
      [2, 0, 10],
    ];
    const [result] = await evaluated([...Array<Pixels>(40).fill(found), missed]);
    expect(result!.ious[2]).toBe(0);
    expect(result!.ious[3]).toBeUndefined();
    // Background, a, b. Without b the mean over what was there was 100.
    expect(result!.interval!.estimate).toBeGreaterThan(66);
    expect(result!.interval!.high).toBeLessThan(67);
  });

  it('takes a class for absent when its truth is, although seeds of it fell elsewhere', async () => {
    const rare: Pixels = [
      [0, 0, 50],
      [2, 2, 1000],
    ];
    const stray: Pixels = [...found, [0, 2, 1]];
    const [result] = await evaluated([...Array<Pixels>(40).fill(stray), rare]);
    const { estimate, low } = result!.interval!;
    // In a third of the resamples b has its 40 stray seeds alone: an IoU of 0, and a mean that was 33 lower.
    expect(result!.ious[2]).toBeGreaterThan(95);
    expect(estimate - low).toBeLessThan(1);
  });
});
