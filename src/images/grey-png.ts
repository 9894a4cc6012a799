import sharp from 'sharp';
import { DataError, messageOf } from '../base/errors.js';
import { readBytes } from '../base/read-file.js';
import type { Size } from '../base/size.js';

const MAX_BYTES = 256 * 1024 * 1024;

/** Grey levels as stored: 0…255, or 0…65535 of a picture of 16 bits. */
interface GreyImage extends Size {
  readonly data: Float32Array;
}

/**
 * Reads a grey PNG of 8 or 16 bits as numbers.
 * @param most pixels that it may have
 * @throws DataError naming the file: for colours (a palette's too), transparency, and what is no whole PNG
 */
export async function readGreyPng(path: string, most: number): Promise<GreyImage> {
  const bytes = await readBytes(path, 'a map', MAX_BYTES);
  const refuse = (what: string): never => {
    throw new DataError(`${path}: ${what}`);
  };
  try {
    const picture = sharp(bytes, { failOn: 'error', limitInputPixels: most, ignoreIcc: true });
    const { format, channels, depth, isPalette } = await picture.metadata();
    if (format !== 'png') refuse(`a ${format ?? 'file of another kind'}, not a PNG`);
    if (isPalette === true || channels !== 1) {
      refuse('the PNG has colours; a map is one of grey levels, before it is coloured');
    }
    const wide = depth === 'ushort';
    const { data, info } = await picture
      .toColourspace(wide ? 'grey16' : 'b-w')
      .raw({ depth: wide ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (info.channels !== 1) refuse('the PNG has colours; a map is one of grey levels');
    const levels = wide ? new Uint16Array(data.buffer, data.byteOffset, width * height) : data;
    return { data: Float32Array.from(levels), width, height };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: not a whole PNG of grey levels: ${messageOf(error)}`);
  }
}
