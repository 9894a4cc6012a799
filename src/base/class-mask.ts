import type { Size } from './size.js';

/** Marks pixels that count neither as object nor as background, as in VOC. */
export const VOID = 255;

/** A segmentation by class, row-major: 0 background, k + 1 the data set's class k, 255 void. */
export interface ClassMask extends Size {
  readonly data: Uint8Array;
}
