import type { Size } from '../base/size.js';

/** Eight-bit RGB pixels, row-major [H,W,3]: `data[(y * width + x) * 3 + channel]`, 0..255. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}
