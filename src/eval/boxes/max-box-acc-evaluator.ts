import { HIT_ROWS, isHit, packHits } from './box-hits.js';
import { type BestIous, BOX_IOUS, LEVELS } from './max-box-acc.js';

/** The share of right images at one IoU, at the threshold at which it is largest. */
export interface BoxAccuracy {
  readonly iou: number;
  /** In per cent. */
  readonly accuracy: number;
  /** The lowest level at which it is reached; τ = level / 255. */
  readonly level: number;
}

export interface MaxBoxAccResult {
  readonly n: number;
  /** MaxBoxAcc: largest contour, IoU 0.5, in per cent. */
  readonly v1: number;
  /** MaxBoxAccV2: any contour, mean over the IoUs of the best over the thresholds, in per cent. */
  readonly v2: number;
  /** One per IoU of BOX_IOUS. */
  readonly largest: readonly BoxAccuracy[];
  readonly any: readonly BoxAccuracy[];
}

/** What an evaluator knows: images, and how many are right, [2, BOX_IOUS, LEVELS], the largest contour's first. */
export interface BoxCounts {
  readonly n: number;
  readonly right: Uint32Array;
}

const IOUS = BOX_IOUS.length;

/**
 * MaxBoxAcc V1 and V2 over images that come one by one. Only counts are kept: 6 KiB for any number of images. The
 * counts of two parts of a data set add up to those of the whole.
 */
export class MaxBoxAccEvaluator {
  #n = 0;
  readonly #right = new Uint32Array(2 * IOUS * LEVELS);

  accumulate(ious: BestIous): void {
    this.accumulateHits(packHits(ious));
  }

  /** The same from what `packHits` kept of an image. */
  accumulateHits(hits: Uint8Array): void {
    this.#n++;
    for (let row = 0; row < HIT_ROWS; row++) {
      for (let level = 0; level < LEVELS; level++) {
        if (isHit(hits, row, level)) this.#right[row * LEVELS + level]!++;
      }
    }
  }

  /** Adds what another evaluator counted. */
  merge({ n, right }: BoxCounts): void {
    this.#n += n;
    right.forEach((count, i) => {
      this.#right[i]! += count;
    });
  }

  counts(): BoxCounts {
    return { n: this.#n, right: this.#right.slice() };
  }

  /** Undefined before the first image. */
  compute(): MaxBoxAccResult | undefined {
    if (this.#n === 0) return undefined;
    const largest = BOX_IOUS.map((least, d) => this.#best(least, d));
    const any = BOX_IOUS.map((least, d) => this.#best(least, IOUS + d));
    const v2 = any.reduce((sum, { accuracy }) => sum + accuracy, 0) / IOUS;
    return { n: this.#n, v1: largest[BOX_IOUS.indexOf(0.5)]!.accuracy, v2, largest, any };
  }

  /** Accuracy in per cent at every level, [LEVELS]. */
  curve(contours: 'largest' | 'any', least: (typeof BOX_IOUS)[number]): Float64Array {
    const row = (contours === 'largest' ? 0 : IOUS) + BOX_IOUS.indexOf(least);
    return Float64Array.from(this.#row(row), (count) => (100 * count) / this.#n);
  }

  #row(row: number): Uint32Array {
    return this.#right.subarray(row * LEVELS, (row + 1) * LEVELS);
  }

  #best(least: number, row: number): BoxAccuracy {
    const counts = this.#row(row);
    const level = counts.reduce((best, count, i) => (count > counts[best]! ? i : best), 0);
    return { iou: least, accuracy: (100 * counts[level]!) / this.#n, level };
  }
}
