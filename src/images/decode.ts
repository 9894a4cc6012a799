import sharp from 'sharp';
import type { Size } from '../base/size.js';
import { DataError, messageOf } from '../errors.js';
import { readBytes, withRegularFile } from '../read-file.js';
import type { RgbImage } from './rgb-image.js';

/** More pixels than any photograph of the data sets has; a file that claims more is an attack or an accident. */
const MAX_PIXELS = 100_000_000;
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = 'the image file';

// `failOn: 'error'` refuses truncated and corrupt files but reads on past libjpeg's warnings, which several
// ImageNet files cause (stray bytes before a marker) and which the reference loaders ignore as well.
const INPUT_OPTIONS = { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: true, pages: 1 } as const;

/**
 * Reads an image file into 8-bit RGB, as PIL's `Image.open(path).convert('RGB')` does: the stored pixels (EXIF
 * orientation is not applied: annotations refer to stored pixels), no colour management, grey repeated three times,
 * CMYK as (255 − C)(255 − K)/255, alpha dropped (not blended), the first frame of an animation. 16-bit samples keep
 * their high byte (PIL does the same for 16-bit RGB, but clips 16-bit grey, which no data set here contains).
 *
 * Throws DataError naming the file when it is missing, empty, truncated, corrupt, too large or no image.
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const bytes = await readBytes(path, WHAT, MAX_BYTES);
  checkFormat(path, bytes);
  try {
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
  } catch (error) {
    throw undecodable(path, error);
  }
}

/** Width and height of the stored pixels, read from the file's header alone. Throws DataError like decodeImage. */
export async function imageSize(path: string): Promise<Size> {
  await withRegularFile(path, WHAT, async (file) => {
    const head = Buffer.alloc(16);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    checkFormat(path, head.subarray(0, bytesRead));
  });
  try {
    const { width, height } = await sharp(path, INPUT_OPTIONS).metadata();
    return { width, height };
  } catch (error) {
    throw undecodable(path, error);
  }
}

const SIGNATURES = [
  { name: 'JPEG', offset: 0, bytes: '\xff\xd8\xff' },
  { name: 'PNG', offset: 0, bytes: '\x89PNG' },
  { name: 'GIF', offset: 0, bytes: 'GIF8' },
  { name: 'WebP', offset: 8, bytes: 'WEBP' },
  { name: 'TIFF', offset: 0, bytes: 'II*\0' },
  { name: 'TIFF', offset: 0, bytes: 'MM\0*' },
] as const;

/**
 * The decoder would also render SVG, which a data set never holds and which can refer to other files; hence a
 * list of what is accepted, in place of what happens to work.
 */
function checkFormat(path: string, head: Buffer): void {
  if (head.length === 0) throw new DataError(`${path}: the image file is empty; fetch it again`);
  const text = head.toString('latin1', 0, 16);
  if (!SIGNATURES.some(({ offset, bytes }) => text.startsWith(bytes, offset))) {
    throw new DataError(`${path}: not an image (expected JPEG, PNG, GIF, WebP or TIFF)`);
  }
}

function undecodable(path: string, error: unknown): DataError {
  // The decoder says the same thing at every attempt.
  const lines = (error as Error).message.split('\n').map((line) => line.replace(/:? *$/, ''));
  const message = messageOf([...new Set(lines)].filter((line) => line !== '').join('; '));
  if (message.includes('exceeds pixel limit')) {
    return new DataError(`${path}: the image claims more than ${MAX_PIXELS / 1e6} million pixels`);
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
