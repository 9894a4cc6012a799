/*
 * Two ways from YCbCr (ITU-R BT.601, full range) to RGB, both in whole numbers with 6 and 16 fractional bits: Pillow's own
 * (ConvertYCbCr.c) and libtiff's (tif_color.c). They differ by one grey level here and there; which of them Pillow takes for a
 * TIFF depends on its compression.
 */

/** Pixels [n, 3] from Y, Cb, Cr to R, G, B, as Pillow converts them. */
export function pillowRgb(pixels: Uint8Array): Uint8Array {
  // Rounded as C rounds by a cast: a half is added below zero too.
  const scaled = (factor: number) => (chroma: number) => Math.trunc(factor * (chroma - 128) * 64 + 0.5);
  return convert(pixels, {
    red: table(scaled(1.402)),
    greenOfCb: table(scaled(-0.34414)),
    greenOfCr: table(scaled(-0.71414)),
    blue: table(scaled(1.772)),
    bits: 6,
  });
}

/** Pixels [n, 3] from Y, Cb, Cr to R, G, B, as libtiff converts them where a file states no coefficients. */
export function libtiffRgb(pixels: Uint8Array): Uint8Array {
  const HALF = 1 << 15;
  const fixed = (factor: number) => Math.trunc(factor * 65536 + 0.5);
  const [red, green, blue] = [0.299, 0.587, 0.114];
  const [ofRed, ofBlue] = [2 - 2 * red, 2 - 2 * blue];
  return convert(pixels, {
    red: table((cr) => fixed(ofRed) * (cr - 128) + HALF),
    greenOfCb: table((cb) => -fixed((blue * ofBlue) / green) * (cb - 128) + HALF),
    greenOfCr: table((cr) => -fixed((red * ofRed) / green) * (cr - 128)),
    blue: table((cb) => fixed(ofBlue) * (cb - 128) + HALF),
    bits: 16,
  });
}

interface Tables {
  readonly red: Int32Array;
  readonly greenOfCb: Int32Array;
  readonly greenOfCr: Int32Array;
  readonly blue: Int32Array;
  /** Fractional bits of the entries. */
  readonly bits: number;
}

function table(entry: (chroma: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, chroma) => entry(chroma));
}

function convert(pixels: Uint8Array, { red, greenOfCb, greenOfCr, blue, bits }: Tables): Uint8Array {
  // Clamped where it is stored.
  const rgb = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    const [y, cb, cr] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    rgb[i] = y + (red[cr]! >> bits);
    rgb[i + 1] = y + ((greenOfCb[cb]! + greenOfCr[cr]!) >> bits);
    rgb[i + 2] = y + (blue[cb]! >> bits);
  }
  return new Uint8Array(rgb.buffer);
}
