/** Eight-bit RGB pixels, row-major [H,W,3]: `data[(y * width + x) * 3 + channel]`, 0..255. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
