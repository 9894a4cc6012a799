import { VOID } from '../../base/class-mask.js';

/**
 * Counts of pixels by true and by given label, labels 0 … size − 1 (0 the background). The matrices of parts of a data
 * set add up to the whole's.
 */
export class ConfusionMatrix {
  /** [size, size], row = truth. */
  readonly counts: Float64Array;

  constructor(readonly size: number) {
    this.counts = new Float64Array(size * size);
  }

  /** @throws RangeError for a label beyond the matrix */
  add(truth: number, given: number, pixels: number): void {
    const inside = (label: number) => Number.isInteger(label) && label >= 0 && label < this.size;
    if (!inside(truth) || !inside(given)) throw new RangeError(`label ${truth} or ${given} of ${this.size}`);
    this.counts[truth * this.size + given]! += pixels;
  }

  /** Adds a segmentation pixel by pixel; pixels whose truth is VOID are skipped. */
  addLabels(truth: ArrayLike<number>, given: ArrayLike<number>): void {
    if (truth.length !== given.length) throw new RangeError(`${truth.length} and ${given.length} labels`);
    for (let i = 0; i < truth.length; i++) if (truth[i] !== VOID) this.add(truth[i]!, given[i]!, 1);
  }

  /**
   * Intersection over union of each label in per cent: TP / (TP + FP + FN) over the pixels of the whole set, as VOC's
   * segmentation challenge counts it. Undefined for a label that neither the truth nor the given labels have.
   */
  ious(): readonly (number | undefined)[] {
    const { size, counts } = this;
    return Array.from({ length: size }, (_, label) => {
      let union = 0;
      for (let other = 0; other < size; other++) {
        union += counts[label * size + other]! + counts[other * size + label]!;
      }
      const both = counts[label * size + label]!;
      return union === 0 ? undefined : (100 * both) / (union - both);
    });
  }

  /** Pixels whose truth is the label. */
  pixels(label: number): number {
    let sum = 0;
    for (let given = 0; given < this.size; given++) sum += this.counts[label * this.size + given]!;
    return sum;
  }

  /** Mean of the labels' IoU in per cent, the background among them; undefined for an empty matrix. */
  meanIou(): number | undefined {
    const known = this.ious().filter((value) => value !== undefined);
    if (known.length === 0) return undefined;
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  }
}
