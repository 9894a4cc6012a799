import type { Size } from './size.js';
import type { BinaryMask } from './threshold.js';

/** A pixel's label before the segmentation. */
export const SEED = { open: 0, foreground: 1, background: 2 } as const;

/** One of `SEED` per pixel, row-major. */
export interface Seeds extends Size {
  readonly data: Uint8Array;
}

/** Segments the picture that a map belongs to, from seeds of the same size. */
export type Segment = (seeds: Seeds) => BinaryMask;
