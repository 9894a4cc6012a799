import type { Size } from './size.js';

/** A segmentation by class, row-major: 0 background, k + 1 the data set's class k, 255 void. */
export interface ClassMask extends Size {
  readonly data: Uint8Array;
}
