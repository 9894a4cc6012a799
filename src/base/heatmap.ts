import type { Size } from './size.js';

/** A single-channel map of relevance, row-major: `data[y * width + x]`, any finite values. */
export interface Heatmap extends Size {
  readonly data: Float32Array;
}
