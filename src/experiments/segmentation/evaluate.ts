import type { NetworkRecords, RunRecords } from '../../eval/experiment.js';
import { ConfusionMatrix } from '../../eval/masks/confusion.js';
import { addSeeds, type SeedCounts } from '../../eval/masks/seeds.js';
import type { Interval } from '../../eval/statistics/bootstrap.js';
import { bootstrapClassMean } from '../../eval/statistics/class-mean.js';
import type { SegmentationRecord } from './record.js';
import { segmenterAt, type Variant } from './segments.js';

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
  const images: (readonly SeedCounts[])[] = [];
  for await (const { record } of network.records()) if (record.counts) images.push(record.counts);
  return network.outputs.map(({ method, layer }, output): OutputResult => {
    const counts = images.map((image) => image[output]!);
    return {
      network: network.name,
      paper: network.paper,
      method,
      layer,
      ...meanIouAt(counts, fixedAt, run),
      sweep: thresholds.map((_, at) => totalOf(counts, at, run.classes.length + 1).meanIou()),
    };
  });
}

/** A segmenter's masks, under one variant. */
export interface SegmenterResult extends Variant, MeanIou {
  readonly network: string;
}

/** One result per variant of a segmenter; none of a network that is none. */
export async function evaluateSegmenter(
  run: Run,
  network: NetworkRecords<SegmentationRecord>,
  variants: readonly Variant[],
): Promise<readonly SegmenterResult[]> {
  if (segmenterAt(network) < 0) return [];
  const images: (readonly SeedCounts[])[] = [];
  for await (const { record } of network.records()) if (record.segments) images.push(record.segments);
  return variants.map((variant, i) => {
    const counts = images.map((image) => image[i]!);
    return { network: network.name, ...variant, ...meanIouAt(counts, 0, run) };
  });
}

/** Of one set of masks. */
interface MeanIou {
  readonly interval: Interval | undefined;
  /** Per label, the background first. */
  readonly ious: readonly (number | undefined)[];
}

function meanIouAt(images: readonly SeedCounts[], at: number, { classes, bootstrap }: Run): MeanIou {
  const size = classes.length + 1;
  const having = imagesOfLabels(images, size);
  const interval = bootstrapClassMean(
    {
      ...{ n: images.length, images: having, range: [0, 100] },
      valuesOf: (weights) => iousOf(totalOf(images, at, size, weights), having),
    },
    bootstrap,
  );
  return { interval, ious: totalOf(images, at, size).ious() };
}

function totalOf(images: readonly SeedCounts[], at: number, size: number, weights?: Uint32Array) {
  const matrix = new ConfusionMatrix(size);
  images.forEach((counts, i) => {
    const weight = weights?.[i] ?? 1;
    if (weight > 0) addSeeds(matrix, counts, at, weight);
  });
  return matrix;
}

/** Of each label, how many images' truth has a pixel of it. */
function imagesOfLabels(images: readonly SeedCounts[], size: number): readonly number[] {
  const having = new Array<number>(size).fill(0);
  for (const { truth } of images) for (const [label] of truth) having[label]!++;
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
