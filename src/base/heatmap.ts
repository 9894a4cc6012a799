/** A single-channel map of relevance, row-major: `data[y * width + x]`, any finite values. */
export interface Heatmap {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}
