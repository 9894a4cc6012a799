import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { RgbImage } from './rgb-image.js';
import type { TiffTags } from './tiff-tags.js';
import { libtiffRgb, pillowRgb } from './ycbcr.js';

/*
 * A TIFF can hold anything, and libraries guess differently what it means. Forms that are read: those of which the
 * decoder under us and Pillow are known to make the same pixels (test/golden/images.jsonl). All else is refused in
 * words.
 */

const GREY_0_IS_WHITE = 0;
const GREY = 1;
const RGB = 2;
const PALETTE = 3;
const CMYK = 5;
const YCBCR = 6;

const NONE = 1;
const JPEG = 7;
/** Uncompressed, the three of fax machines, LZW, JPEG, deflate by two numbers, PackBits. */
const COMPRESSIONS = [NONE, 2, 3, 4, 5, JPEG, 8, 32946, 32773];

const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  6: 'the old JPEG',
  34712: 'JPEG 2000',
  34925: 'LZMA',
  34933: 'PNG',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
};
const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  [GREY_0_IS_WHITE]: 'grey',
  [GREY]: 'grey',
  [RGB]: 'RGB',
  [PALETTE]: 'palette',
  4: 'mask',
  [CMYK]: 'CMYK',
  [YCBCR]: 'YCbCr',
  8: 'Lab',
  9: 'ICC Lab',
  10: 'ITU Lab',
  32803: 'raw camera',
};

const EXTRA_NAMES: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'premultiplied alpha',
  2: 'alpha',
};

/**
 * Photometric interpretation, bits a sample × samples, kinds of the extra samples (999 is Corel Draw's alpha): all that is
 * read with its samples side by side. Premultiplied alpha is missing: Pillow and the decoder divide by it differently.
 */
const FORMS = new Set([
  ...['0:1x1:', '0:2x1:', '0:4x1:', '0:8x1:'],
  ...['1:1x1:', '1:2x1:', '1:4x1:', '1:8x1:', '1:8x2:0', '1:8x2:2'],
  ...['2:8x3:', '2:8x4:', '2:8x4:0', '2:8x4:2', '2:8x4:999', '2:8x5:0,0', '2:8x5:2,0'],
  ...['2:16x3:', '2:16x4:', '2:16x4:0', '2:16x4:2'],
  ...['3:1x1:', '3:2x1:', '3:4x1:', '3:8x1:', '3:8x2:0', '3:8x2:2'],
  ...['5:8x4:', '5:8x5:0', '6:8x3:'],
]);
/** Those that are read with each sample's plane by itself, in strips. */
const PLANAR_FORMS = new Set(['2:8x3:', '2:8x4:2', '2:8x4:999', '5:8x4:']);
/** Those that are read with the lowest bit first. */
const REVERSED_FORMS = new Set([
  ...['0:1x1:', '0:2x1:', '0:4x1:'],
  ...['1:1x1:', '1:2x1:', '1:4x1:', '1:8x1:'],
  ...['2:8x3:', '3:8x1:'],
]);

/**
 * Whether this TIFF is one that is read.
 * @throws DataError without the file's name: what it holds that is not read, and what to do
 */
export function checkTiff(tags: TiffTags): void {
  const reason = refusal(tags);
  if (reason !== undefined) {
    throw new DataError(`a TIFF ${reason} is not read; save it as PNG with 8 bits a sample`);
  }
}

function refusal(tags: TiffTags): string | undefined {
  const { bits, compression, photometric, fillOrder, planar, sampleFormat, extraSamples } = tags;
  if (!COMPRESSIONS.includes(compression)) {
    return `compressed by ${COMPRESSION_NAMES[compression] ?? `method ${compression}`}`;
  }
  if (photometric === undefined) return 'that does not say what its samples mean (tag 262)';
  const name = PHOTOMETRIC_NAMES[photometric] ?? `of photometric interpretation ${photometric}`;
  if (sampleFormat.some((format) => format !== 1)) {
    return `of ${name} samples that are ${sampleFormat.includes(3) ? 'floats' : 'signed'}`;
  }
  if (tags.orientation < 1 || tags.orientation > 8)
    return `of orientation ${tags.orientation}, which there is not,`;
  const form = `${photometric}:${bits[0]}x${bits.length}:${extraSamples}`;
  if (!FORMS.has(form) || new Set(bits).size > 1) {
    const extra = extraSamples.map((kind) => EXTRA_NAMES[kind] ?? `kind ${kind}`);
    const more = extra.length > 0 ? ` (${extra.join(', ')} among them)` : '';
    return `of ${name} samples with ${[...new Set(bits)]} bits, ${bits.length} a pixel${more},`;
  }
  if (planar !== 1 && (photometric === YCBCR || tags.tiled || !PLANAR_FORMS.has(form))) {
    return `of ${name} samples in separate ${tags.tiled ? 'tiles' : 'planes'}`;
  }
  if (fillOrder !== 1 && (planar !== 1 || !REVERSED_FORMS.has(form))) {
    return `of ${name} samples whose lowest bit comes first`;
  }
  // Pillow takes the upper byte of an entry, and others guess: all below 256, it may be a palette of bytes.
  if (photometric === PALETTE && (tags.paletteMaximum ?? 0) > 0 && tags.paletteMaximum! < 256) {
    return 'with a palette of 8-bit colours where 16 bits are due';
  }
  if (photometric === CMYK && tags.inkSet !== 1) return 'of other inks than cyan, magenta, yellow and black';
  if (photometric === YCBCR && compression !== JPEG) {
    if (compression === NONE && isSubsampled(tags)) return 'of uncompressed, subsampled YCbCr';
    // libtiff, which then makes the colours, is asked for another orientation by Pillow than by the decoder under us.
    if (tags.orientation !== 1 && isSubsampled(tags)) return 'of turned, subsampled YCbCr';
    if (compression !== NONE && tags.ownYcbcr) return 'of YCbCr with coefficients or levels of its own';
  }
  return undefined;
}

function isSubsampled({ subsampling }: TiffTags): boolean {
  return subsampling.some((factor) => factor !== 1);
}

/**
 * The colours of a YCbCr TIFF without JPEG that is not subsampled: the decoder gives its Y, Cb and Cr as if they were
 * RGB.
 */
export function tiffColors(tags: TiffTags): ((pixels: Uint8Array) => Uint8Array) | undefined {
  if (tags.photometric !== YCBCR || tags.compression === JPEG || isSubsampled(tags)) return undefined;
  return tags.compression === NONE ? pillowRgb : libtiffRgb;
}

/** The size once the orientation is applied. */
export function orientedSize({ size: { width, height }, orientation }: TiffTags): Size {
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
}

/** Turns and mirrors the stored pixels as tag 274 says; Pillow does so for TIFF, and for no other format. */
export function orient(image: RgbImage, orientation: number): RgbImage {
  if (orientation < 2 || orientation > 8) return image;
  const turned = orientation >= 5;
  const [width, height] = turned ? [image.height, image.width] : [image.width, image.height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const [storedX, storedY] = turned ? [y, x] : [x, y];
      const column = fromRight ? image.width - 1 - storedX : storedX;
      const row = fromBelow ? image.height - 1 - storedY : storedY;
      const from = 3 * (row * image.width + column);
      data.set(image.data.subarray(from, from + 3), to);
    }
  }
  return { data, width, height };
}
