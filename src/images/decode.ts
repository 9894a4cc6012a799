import sharp from 'sharp';
import { DataError, messageOf } from '../base/errors.js';
import { readBytes, withRegularFile } from '../base/read-file.js';
import type { Size } from '../base/size.js';
import { decodeGif, gifSize } from './gif.js';
import type { RgbImage } from './rgb-image.js';
import { checkTiff, orient, orientedSize, tiffColors } from './tiff.js';
import { readTiffTags } from './tiff-tags.js';

/** More pixels than any photograph of the data sets has; a file that claims more is an attack or an accident. */
const MAX_PIXELS = 100_000_000;
const TOO_MANY = `the image claims more than ${MAX_PIXELS / 1e6} million pixels`;
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = 'the image file';

// Or a file that was replaced would still have the size that it had.
sharp.cache(false);

// `failOn: 'error'` refuses truncated and corrupt files but reads on past libjpeg's warnings, which several
// ImageNet files cause (stray bytes before a marker) and which the reference loaders ignore as well.
const INPUT_OPTIONS = { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: true, pages: 1 } as const;

/**
 * Reads an image file into 8-bit RGB, as Pillow's `Image.open(path).convert('RGB')` does. The pixels are the stored ones: EXIF
 * orientation is not applied, since annotations refer to stored pixels; the orientation of a TIFF is. No colour management,
 * grey repeated three times, CMYK as (255 − C)(255 − K)/255, alpha dropped (not blended), the first frame of an animation.
 * Of 16-bit colours the high byte is kept. What Pillow and the decoder under us read differently is refused.
 *
 * Throws DataError naming the file when it is missing, empty, truncated, corrupt, too large or no image, and when it is of
 * a form that is not read.
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  return decodeBytes(path, await readBytes(path, WHAT, MAX_BYTES));
}

/** The same from the bytes of an image file. @param path names them in messages */
export async function decodeBytes(path: string, bytes: Buffer): Promise<RgbImage> {
  const format = formatOf(path, bytes);
  return explained(path, async () => {
    if (format === 'GIF') {
      checkedSize(gifSize(bytes));
      return decodeGif(bytes);
    }
    if (format === 'TIFF') {
      const tags = readTiffTags(bytes);
      checkTiff(tags);
      const image = await decoded(bytes);
      const data = tiffColors(tags)?.(image.data) ?? image.data;
      return orient({ ...image, data }, tags.orientation);
    }
    if (format === 'PNG') checkPng(bytes);
    return decoded(bytes);
  });
}

/**
 * Width and height of what decodeImage returns, without decoding it: of most formats only the header is read.
 * Throws DataError like decodeImage.
 */
export async function imageSize(path: string): Promise<Size> {
  const { format, head } = await withRegularFile(path, WHAT, async (file) => {
    const bytes = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { format: formatOf(path, bytes.subarray(0, bytesRead)), head: bytes };
  });
  // Where their sizes stand, only the whole file tells.
  const bytes = format === 'GIF' || format === 'TIFF' ? await readBytes(path, WHAT, MAX_BYTES) : head;
  return explained(path, async () => {
    if (format === 'GIF') return checkedSize(gifSize(bytes));
    if (format === 'TIFF') {
      const tags = readTiffTags(bytes);
      checkTiff(tags);
      return checkedSize(orientedSize(tags));
    }
    if (format === 'PNG') checkPng(bytes);
    const { width, height } = await sharp(path, INPUT_OPTIONS).metadata();
    return { width, height };
  });
}

async function decoded(bytes: Buffer): Promise<RgbImage> {
  const image = sharp(bytes, INPUT_OPTIONS);
  const { space } = await image.metadata();
  const pixels = space === 'cmyk' ? image.pipelineColourspace('cmyk').toColourspace('cmyk') : image;
  const { data, info } = await pixels.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const toRgb = space === 'cmyk' ? cmykToRgb : dropExtraChannels;
  return {
    data: toRgb(data, info.channels, info.width * info.height),
    width: info.width,
    height: info.height,
  };
}

function checkedSize(size: Size): Size {
  if (size.width * size.height > MAX_PIXELS) throw new DataError(TOO_MANY);
  return size;
}

/** Puts the file's name before what went wrong; `read` does not name it. */
async function explained<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`);
    throw undecodable(path, error);
  }
}

/** As many bytes as a PNG's header takes. */
const HEAD_BYTES = 26;

/**
 * Pillow clips 16-bit grey to 0…255 and so makes nearly all of it white. The file does not say what its range means.
 */
function checkPng(bytes: Buffer): void {
  const [depth, colorType] = [bytes[24], bytes[25]];
  if (depth === 16 && colorType === 0) {
    throw new DataError('a PNG of 16-bit grey samples is not read; save it with 8 bits a sample');
  }
}

const SIGNATURES = [
  { name: 'JPEG', offset: 0, bytes: '\xff\xd8\xff' },
  { name: 'PNG', offset: 0, bytes: '\x89PNG' },
  { name: 'GIF', offset: 0, bytes: 'GIF87a' },
  { name: 'GIF', offset: 0, bytes: 'GIF89a' },
  { name: 'WebP', offset: 8, bytes: 'WEBP' },
  { name: 'TIFF', offset: 0, bytes: 'II*\0' },
  { name: 'TIFF', offset: 0, bytes: 'MM\0*' },
  // BigTIFF; Pillow reads it with its low bytes first only.
  { name: 'TIFF', offset: 0, bytes: 'II+\0' },
] as const;
type Format = (typeof SIGNATURES)[number]['name'];

/**
 * The decoder would also render SVG, which a data set never holds and which can refer to other files. Hence a list of
 * accepted formats.
 */
function formatOf(path: string, head: Buffer): Format {
  if (head.length === 0) throw new DataError(`${path}: the image file is empty; fetch it again`);
  const text = head.toString('latin1', 0, 16);
  const signature = SIGNATURES.find(({ offset, bytes }) => text.startsWith(bytes, offset));
  if (signature !== undefined) return signature.name;
  throw new DataError(`${path}: not an image (expected JPEG, PNG, GIF, WebP or TIFF)`);
}

function undecodable(path: string, error: unknown): DataError {
  // The decoder says the same thing at every attempt.
  const lines = (error as Error).message.split('\n').map((line) => line.replace(/:? *$/, ''));
  const message = messageOf([...new Set(lines)].filter((line) => line !== '').join('; '));
  if (message.includes('exceeds pixel limit')) {
    return new DataError(`${path}: ${TOO_MANY}`);
  }
  return new DataError(`${path}: the image cannot be decoded, it may be truncated (${message})`);
}

function dropExtraChannels(data: Uint8Array, channels: number, pixels: number): Uint8Array {
  // A Buffer is a Uint8Array whose slice() does not copy: callers must not get one under the other's name.
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const rgb = new Uint8Array(pixels * 3);
  const grey = channels < 3;
  for (let i = 0, from = 0; i < rgb.length; i += 3, from += channels) {
    rgb[i] = data[from]!;
    rgb[i + 1] = data[grey ? from : from + 1]!;
    rgb[i + 2] = data[grey ? from : from + 2]!;
  }
  return rgb;
}

function cmykToRgb(data: Uint8Array, channels: number, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0, from = 0; i < rgb.length; i += 3, from += channels) {
    const white = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[i + c] = Math.max(0, white - divideBy255(data[from + c]! * white));
  }
  return rgb;
}

/** Pillow's MULDIV255: x / 255 rounded, for x in 0..255². */
function divideBy255(x: number): number {
  const t = x + 128;
  return ((t >> 8) + t) >> 8;
}
