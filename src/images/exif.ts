import sharp from 'sharp';

/**
 * The EXIF orientation of a picture, 1 to 8; 1 is upright, and stands for none. decodeImage does not apply it. That of a
 * TIFF, which it does apply, is 1 here.
 */
export async function exifOrientation(path: string): Promise<number> {
  const { orientation = 1, format } = await sharp(path, { pages: 1 }).metadata();
  return format === 'tiff' ? 1 : orientation;
}
