import { fileURLToPath } from 'node:url';
import { ConfigError, DataError, messageOf } from '../base/errors.js';
import { decodeBytes, decodeImage } from '../images/decode.js';
import type { RgbImage } from '../images/rgb-image.js';

/**
 * A picture: the path or file URL of a JPEG, PNG, GIF, WebP or TIFF file, the bytes of one, or its pixels, eight-bit RGB
 * row by row.
 */
export type Picture = string | URL | Uint8Array | RgbImage;

/** What messages call a picture that has no path. */
const NAMELESS = 'the picture';

/** The path that a path or a file URL means. @throws ConfigError for what is neither */
export function pathOf(file: string | URL): string {
  if (typeof file === 'string') return file;
  if (!(file instanceof URL)) throw new ConfigError(`expected a path or a file URL, got ${typeof file}`);
  try {
    return fileURLToPath(file);
  } catch (error) {
    throw new ConfigError(`${file.href}: not a file URL: ${messageOf(error)}`);
  }
}

/** @throws DataError: a place that is no file is a fault of this picture alone */
function picturePath(picture: string | URL): string {
  try {
    return pathOf(picture);
  } catch (error) {
    throw new DataError(messageOf(error));
  }
}

/** The pixels of a picture, as stored: an EXIF orientation is not applied. @throws DataError naming the file */
export async function decodePicture(picture: Picture): Promise<RgbImage> {
  if (typeof picture === 'string' || picture instanceof URL) return decodeImage(picturePath(picture));
  if (picture instanceof Uint8Array) {
    return decodeBytes(NAMELESS, Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength));
  }
  if (!ArrayBuffer.isView((picture as Partial<RgbImage> | null | undefined)?.data)) {
    throw new DataError(
      `${NAMELESS}: neither a path, a file URL, the bytes of a file, nor pixels { data, width, height }`,
    );
  }
  const { data, width, height } = picture;
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || data.length !== 3 * width * height) {
    throw new DataError(
      `${NAMELESS}: ${width} × ${height} pixels of three colours are ${3 * width * height} bytes, these are ${data.length}`,
    );
  }
  return picture;
}
