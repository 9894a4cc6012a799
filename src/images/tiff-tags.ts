import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';

/** What a TIFF says of its first picture, with the format's defaults where it says nothing. */
export interface TiffTags {
  /** As stored, before the orientation. */
  readonly size: Size;
  /** Bits of each sample of a pixel. */
  readonly bits: readonly number[];
  readonly compression: number;
  readonly photometric: number | undefined;
  readonly fillOrder: number;
  readonly orientation: number;
  readonly planar: number;
  readonly sampleFormat: readonly number[];
  readonly extraSamples: readonly number[];
  /** The largest entry; undefined without a palette. */
  readonly paletteMaximum: number | undefined;
  readonly inkSet: number;
  /** Luma samples for one of chroma, across and down. */
  readonly subsampling: readonly number[];
  /** Whether the file states its own YCbCr coefficients or levels of black and white. */
  readonly ownYcbcr: boolean;
  readonly tiled: boolean;
}

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  orientation: 274,
  samples: 277,
  planar: 284,
  palette: 320,
  tileWidth: 322,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  ycbcrCoefficients: 529,
  ycbcrSubsampling: 530,
  blackAndWhite: 532,
} as const;

/** Bytes of a value of the types that count something: BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };
/** A palette of 16 bits has 3·2^16 entries, and no tag that is read here has more. */
const MOST_VALUES = 3 << 16;
const MOST_SAMPLES = 64;

/** @throws DataError without the file's name: cut off, without a size, or with a directory that contradicts itself */
export function readTiffTags(bytes: Buffer): TiffTags {
  const values = directory(bytes);
  const one = (tag: number, missing: number): number => values(tag)[0] ?? missing;
  const [width, height] = [one(TAG.width, 0), one(TAG.height, 0)];
  if (width < 1 || height < 1) throw new DataError('the TIFF states no size');
  const palette = values(TAG.palette);
  return {
    size: { width, height },
    bits: bitsOf(values(TAG.bits), one(TAG.samples, 1)),
    compression: one(TAG.compression, 1),
    photometric: values(TAG.photometric)[0],
    fillOrder: one(TAG.fillOrder, 1),
    orientation: one(TAG.orientation, 1),
    planar: one(TAG.planar, 1),
    sampleFormat: values(TAG.sampleFormat),
    extraSamples: values(TAG.extraSamples),
    paletteMaximum: palette.length > 0 ? palette.reduce((most, one) => Math.max(most, one), 0) : undefined,
    inkSet: one(TAG.inkSet, 1),
    subsampling: values(TAG.ycbcrSubsampling).length === 2 ? values(TAG.ycbcrSubsampling) : [2, 2],
    ownYcbcr: values.has(TAG.ycbcrCoefficients) || values.has(TAG.blackAndWhite),
    tiled: values.has(TAG.tileWidth),
  };
}

/** One number for all samples, or more numbers than samples: both are found in files, and read. */
function bitsOf(stated: readonly number[], samples: number): readonly number[] {
  if (samples < 1 || samples > MOST_SAMPLES)
    throw new DataError(`the TIFF states ${samples} samples a pixel`);
  if (stated.length <= 1) return Array<number>(samples).fill(stated[0] ?? 1);
  if (stated.length < samples) throw new DataError('the TIFF states the bits of some of its samples only');
  return stated.slice(0, samples);
}

interface Values {
  (tag: number): readonly number[];
  has(tag: number): boolean;
}

/** The values of a tag of the first directory; none where it is missing or of another type than whole numbers. */
function directory(bytes: Buffer): Values {
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const big = bytes[little ? 2 : 3] === 43;
  const number = (at: number, length: number): number => {
    if (at < 0 || at + length > bytes.length) throw new DataError('the TIFF is truncated');
    if (length === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  };
  const word = big ? 8 : 4;
  const start = number(big ? 8 : 4, word);
  const count = number(start, big ? 8 : 2);
  const entryBytes = 4 + 2 * word;
  const first = start + (big ? 8 : 2);
  if (first + count * entryBytes > bytes.length) throw new DataError('the TIFF is truncated');
  const places = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const tag = number(first + i * entryBytes, 2);
    // Readers differ in which of two they believe.
    if (places.has(tag)) throw new DataError(`the TIFF states tag ${tag} twice`);
    places.set(tag, first + i * entryBytes);
  }
  const read = (tag: number): readonly number[] => {
    const entry = places.get(tag);
    if (entry === undefined) return [];
    const length = TYPE_BYTES[number(entry + 2, 2)];
    if (length === undefined) return [];
    const many = number(entry + 4, word);
    if (many > MOST_VALUES) throw new DataError(`the TIFF states ${many} values of tag ${tag}`);
    const inside = many * length <= word;
    const at = inside ? entry + 4 + word : number(entry + 4 + word, word);
    return Array.from({ length: many }, (_, i) => number(at + i * length, length));
  };
  return Object.assign(read, { has: (tag: number) => places.has(tag) });
}
