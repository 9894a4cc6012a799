import type { BinaryMask } from './threshold.js';

/** What is known of a pixel before it is segmented. */
export const SEED = { open: 0, foreground: 1, background: 2 } as const;

/** One of `SEED` per pixel, row-major. */
export interface Seeds {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Segments the picture that a map belongs to, from seeds of the same size. */
export type Segment = (seeds: Seeds) => BinaryMask;
