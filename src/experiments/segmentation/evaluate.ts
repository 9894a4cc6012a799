import type { NetworkRecords, RunRecords } from '../../eval/experiment.js';
import { ConfusionMatrix } from '../../eval/masks/confusion.js';
import { addSeeds, type SeedCounts } from '../../eval/masks/seeds.js';
import type { Interval } from '../../eval/statistics/bootstrap.js';
import { bootstrapClassMean } from '../../eval/statistics/class-mean.js';
import type { SegmentationRecord } from './record.js';

export type Run = RunRecords<SegmentationRecord>;

/** Which thresholds the seeds are cut at. */
export interface Thresholds {
  readonly threshold: number;
  readonly thresholds: readonly number[];
}

/** Sweep with the fixed threshold among it, ascending. */
export function thresholdsOf({ threshold, thresholds }: Thresholds): readonly number[] {
  return [...new Set([...thresholds, threshold])].sort((a, b) => a - b);
}

/** What a method's seeds are worth. */
export interface OutputResult {
  readonly network: string;
  readonly paper: string | undefined;
  readonly method: string;
  readonly layer: string;
  /** At the fixed threshold. */
  readonly interval: Interval | undefined;
  /** Per label at the fixed threshold. */
  readonly ious: readonly (number | undefined)[];
  /** Mean IoU at each threshold. */
  readonly sweep: readonly (number | undefined)[];
}

/** One result per output of the network. */
export async function evaluate(run: Run, network: NetworkRecords<SegmentationRecord>, own: Thresholds) {
  const thresholds = thresholdsOf(own);
  const fixedAt = thresholds.indexOf(own.threshold);
  const size = run.classes.length + 1;
  const images: (readonly SeedCounts[])[] = [];
  for await (const { record } of network.records()) if (record.counts) images.push(record.counts);
  const having = imagesOfLabels(images, size);
  return network.outputs.map(({ method, layer }, output): OutputResult => {
    const total = (at: number, weights?: Uint32Array) => {
      const matrix = new ConfusionMatrix(size);
      images.forEach((counts, i) => {
        const weight = weights?.[i] ?? 1;
        if (weight > 0) addSeeds(matrix, counts[output]!, at, weight);
      });
      return matrix;
    };
    return {
      network: network.name,
      paper: network.paper,
      method,
      layer,
      interval: bootstrapClassMean(
        {
          ...{ n: images.length, images: having, range: [0, 100] },
          valuesOf: (weights) => iousOf(total(fixedAt, weights), having),
        },
        run.bootstrap,
      ),
      ious: total(fixedAt).ious(),
      sweep: thresholds.map((_, at) => total(at).meanIou()),
    };
  });
}

/** Of each label, how many images' truth has a pixel of it; the truth is the same for all outputs. */
function imagesOfLabels(images: readonly (readonly SeedCounts[])[], size: number): readonly number[] {
  const having = new Array<number>(size).fill(0);
  for (const [first] of images) for (const [label] of first?.truth ?? []) having[label]!++;
  return having;
}

/**
 * The labels' IoU; NaN for a label that these images' truth does not have although some image's has it: seeds that fell on
 * it elsewhere would make it 0.
 */
function iousOf(matrix: ConfusionMatrix, having: readonly number[]): readonly number[] {
  return matrix.ious().map((iou, label) => {
    const lacks = having[label]! > 0 && matrix.pixels(label) === 0;
    return lacks ? Number.NaN : (iou ?? Number.NaN);
  });
}

/** The threshold of the sweep with the largest mean IoU, the lowest among equals; neither of them where no image has a mask. */
export function best({ sweep }: OutputResult, thresholds: readonly number[]) {
  let at = 0;
  sweep.forEach((value, i) => {
    if ((value ?? -1) > (sweep[at] ?? -1)) at = i;
  });
  const iou = sweep[at];
  return { threshold: iou === undefined ? undefined : thresholds[at]!, iou };
}
